using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// The sparse secret under which bootstrapping raises the modulus (sparse-secret encapsulation; Bossuat, Troncoso-Pastoriza, Hubaux 2022):
/// made for the two keys that switch to it and back, and forgotten with them. Its memory is overwritten on <see cref="Dispose"/>.
/// </summary>
internal sealed class EphemeralSecret : IDisposable
{
    private readonly SecretPolynomial _values;

    private EphemeralSecret(SecretPolynomial values) => _values = values;

    /// <summary>The transformed secret modulo each of the ring's moduli.</summary>
    public RnsPolynomial Values => _values.Polynomial;

    /// <summary>A new secret of the set's <see cref="BootstrappingLiteral.EphemeralWeight"/>.</summary>
    public static EphemeralSecret Generate(CkksParameters parameters, BootstrappingLiteral bootstrapping)
    {
        using var coefficients = new SecretPolynomial(parameters.Ring, 1);
        using var sampler = new SecretSampler();
        sampler.FillSparseTernary(coefficients.LimbSpan(0), bootstrapping.EphemeralWeight);
        return new EphemeralSecret(SecretPolynomial.Transform(parameters.Ring, coefficients.LimbSpan(0)));
    }

    public void Dispose() => _values.Dispose();
}
