using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number that an operator takes beside its tensors: boolean, integer or real.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(ScalarType type, long integer, double real)
    {
        Type = type;
        Integer = integer;
        Real = real;
    }

    /// <summary>The element type that the number came from.</summary>
    public ScalarType Type { get; }

    internal long Integer { get; }

    internal double Real { get; }

    internal bool IsReal => Type is ScalarType.Float32 or ScalarType.Float64;

    internal bool IsIntegral => !IsReal;

    public static implicit operator Scalar(byte value) => FromInteger(ScalarType.Byte, value);

    public static implicit operator Scalar(sbyte value) => FromInteger(ScalarType.Int8, value);

    public static implicit operator Scalar(short value) => FromInteger(ScalarType.Int16, value);

    public static implicit operator Scalar(int value) => FromInteger(ScalarType.Int32, value);

    public static implicit operator Scalar(long value) => FromInteger(ScalarType.Int64, value);

    public static implicit operator Scalar(bool value) => FromInteger(ScalarType.Bool, value ? 1 : 0);

    public static implicit operator Scalar(float value) => FromReal(ScalarType.Float32, value);

    public static implicit operator Scalar(double value) => FromReal(ScalarType.Float64, value);

    /// <summary>Nothing to release: kept because TorchSharp's scalars hold native memory.</summary>
    public void Dispose()
    {
    }

    internal static Scalar FromInteger(ScalarType type, long value) => new(type, value, value);

    internal static Scalar FromReal(ScalarType type, double value) => new(type, 0, value);
}
