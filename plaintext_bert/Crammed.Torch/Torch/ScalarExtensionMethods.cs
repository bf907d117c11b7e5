namespace TorchSharp;

/// <summary>Conversions from scalars back to numbers.</summary>
public static class ScalarExtensionMethods
{
    public static float ToSingle(this Scalar value) => (float)value.Real;

    public static double ToDouble(this Scalar value) => value.Real;

    public static int ToInt32(this Scalar value) => checked((int)value.ToInt64());

    /// <summary>The number, towards zero where it is real.</summary>
    public static long ToInt64(this Scalar value) => value.IsReal ? checked((long)value.Real) : value.Integer;

    /// <summary>Whether the number is not zero.</summary>
    public static bool ToBoolean(this Scalar value) => value.Real != 0;
}
