using System.Text;

namespace TorchSharp.Native;

/// <summary>
/// One argument of an operator on the managed side. It keeps what it refers to reachable, so a tensor cannot be finalized
/// while native code reads it.
/// </summary>
internal readonly struct Operand
{
    private Operand(ValueKind kind, long bits = 0, object? reference = null)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
    }

    /// <summary>Python's None.</summary>
    public static Operand None => default;

    /// <summary>The default that the operator's schema gives.</summary>
    public static Operand Default => new(ValueKind.Default);

    public ValueKind Kind { get; }

    public long Bits { get; }

    public object? Reference { get; }

    /// <summary>64-bit words of scratch memory that the operand's list or text needs.</summary>
    public int ScratchWords => Reference switch
    {
        long[] integers => integers.Length,
        torch.Tensor?[] tensors => tensors.Length,
        byte[] text => (text.Length + 7) / 8,
        _ => 0,
    };

    /// <summary>Elements of a list, bytes of a text.</summary>
    public int Length => Reference is Array array ? array.Length : 0;

    public static implicit operator Operand(torch.Tensor? value) => value is null ? None : new(ValueKind.Tensor, 0, value);

    public static implicit operator Operand(torch.Generator? value) => value is null ? None : new(ValueKind.Generator, 0, value);

    public static implicit operator Operand(long value) => new(ValueKind.Integer, value);

    public static implicit operator Operand(long? value) => value is { } number ? number : None;

    public static implicit operator Operand(double value) => new(ValueKind.Real, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Operand(bool value) => new(ValueKind.Boolean, value ? 1 : 0);

    public static implicit operator Operand(torch.ScalarType value) => (long)value;

    public static implicit operator Operand(torch.ScalarType? value) => value is { } type ? (long)type : None;

    public static implicit operator Operand(Scalar? value) => value switch
    {
        null => None,
        { Type: torch.ScalarType.Bool } => value.Integer != 0,
        { IsReal: true } => value.Real,
        _ => value.Integer,
    };

    public static implicit operator Operand(long[]? value) => value is null ? None : new(ValueKind.IntegerList, 0, value);

    public static implicit operator Operand(ReadOnlySpan<long> value) => new(ValueKind.IntegerList, 0, value.ToArray());

    public static implicit operator Operand(torch.Tensor[] value) => new(ValueKind.TensorList, 0, value);

    public static implicit operator Operand(string? value) =>
        value is null ? None : new(ValueKind.String, 0, Encoding.UTF8.GetBytes(value));

    /// <summary>A list in which null stands for None, as indices are given.</summary>
    public static Operand OptionalTensors(torch.Tensor?[] value) => new(ValueKind.OptionalTensorList, 0, value);
}
