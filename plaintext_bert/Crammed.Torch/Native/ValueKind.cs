namespace TorchSharp.Native;

/// <summary>Kinds of operator arguments and results; native/crammed_torch.h has the same numbers.</summary>
internal enum ValueKind
{
    None = 0,
    Tensor = 1,
    Integer = 2,
    Real = 3,
    Boolean = 4,
    IntegerList = 5,
    TensorList = 6,
    OptionalTensorList = 7,
    String = 8,
    Generator = 9,
    Default = 10,
}
