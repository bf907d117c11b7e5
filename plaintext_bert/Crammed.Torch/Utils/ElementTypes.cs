using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Which .NET type holds an element of which tensor type.</summary>
internal static class ElementTypes
{
    /// <summary>The tensor type for elements of type T.</summary>
    /// <exception cref="ArgumentException">No tensor has elements of type T.</exception>
    public static ScalarType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ScalarType.Float32;
        if (typeof(T) == typeof(double))
            return ScalarType.Float64;
        if (typeof(T) == typeof(long))
            return ScalarType.Int64;
        if (typeof(T) == typeof(int))
            return ScalarType.Int32;
        if (typeof(T) == typeof(short))
            return ScalarType.Int16;
        if (typeof(T) == typeof(sbyte))
            return ScalarType.Int8;
        if (typeof(T) == typeof(byte))
            return ScalarType.Byte;
        if (typeof(T) == typeof(bool))
            return ScalarType.Bool;
        throw new ArgumentException($"no tensor has elements of type {typeof(T).Name}");
    }

    /// <summary>Checks that a tensor's elements are of type T.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Require<T>(Tensor tensor) where T : unmanaged
    {
        if (tensor.dtype != Of<T>())
            throw new ArgumentException($"{typeof(T).Name} is not compatible with {tensor.dtype}");
    }

    /// <summary>Whether <see cref="Size"/> knows the type.</summary>
    public static bool IsSupported(ScalarType type) =>
        Enum.IsDefined(type) && type is not (ScalarType.QInt8 or ScalarType.QUInt8 or ScalarType.QInt32);

    /// <summary>Bytes of one element.</summary>
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "quantized elements are not supported"),
    };
}
