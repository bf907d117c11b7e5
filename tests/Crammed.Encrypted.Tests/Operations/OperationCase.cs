using Crammed.Encrypted.Eager;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

/// <summary>
/// An operation on slots, the same function in torch on tensors [example, token, vector], and how far double rounding may take them apart.
/// </summary>
/// <param name="Inputs">Operands.</param>
/// <param name="Circuit">The operation under test.</param>
/// <param name="Oracle">The same in torch.</param>
/// <param name="Forward">Rounding of the value.</param>
/// <param name="Backward">Rounding of every input's gradient, for upstream gradients in [-1, 1].</param>
internal sealed record OperationCase(
    OperationInput[] Inputs,
    Func<EncryptedTensor[], EncryptedTensor> Circuit,
    Func<Tensor[], Tensor> Oracle,
    Rounding Forward,
    Rounding Backward);
