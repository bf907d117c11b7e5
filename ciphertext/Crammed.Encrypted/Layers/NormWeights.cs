using Crammed.Approximation;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Layers;

/// <summary>A frozen layer norm: gamma and beta, one value a feature, and its inverse square root (see <see cref="Functional.LayerNorm"/>).</summary>
public sealed record NormWeights(double[] Gamma, double[] Beta, FittedFunction InverseDeviation)
{
    /// <summary>Three levels.</summary>
    public EncryptedTensor Forward(EncryptedTensor x) => Functional.LayerNorm(x, Gamma, Beta, InverseDeviation);
}
