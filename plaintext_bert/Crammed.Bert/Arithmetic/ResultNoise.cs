using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Gaussian noise on results, as rescaling leaves it on ciphertexts: absolute, independent in every slot, of one standard deviation
/// whatever the value's size. A stand-in for CKKS noise, whose size the ring and the scale decide, by its number of bits alone.
/// </summary>
internal sealed class ResultNoise : IDisposable
{
    private readonly double _standardDeviation;
    private readonly torch.Generator _generator;

    /// <param name="bits">The standard deviation is 2^-bits.</param>
    /// <param name="seed">Fixes the noise.</param>
    public ResultNoise(double bits, long seed)
    {
        _standardDeviation = Math.Pow(2, -bits);
        _generator = new torch.Generator((ulong)seed);
    }

    /// <summary>x with noise, a new tensor; gradients pass.</summary>
    public torch.Tensor Add(torch.Tensor x)
    {
        // Drawn in float32, which libtorch does several times faster; its tails end at five standard deviations or so all the same.
        using var noise = torch.randn(x.shape, torch.ScalarType.Float32, generator: _generator);
        return x.add(noise, _standardDeviation);
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
