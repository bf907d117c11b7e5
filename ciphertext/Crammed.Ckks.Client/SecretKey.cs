using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// The key that decrypts: a uniform ternary polynomial. Its memory is overwritten on <see cref="Dispose"/>. It never leaves the key
/// holder; servers get <see cref="EvaluationKeys"/>.
/// </summary>
public sealed unsafe class SecretKey : IDisposable
{
    private readonly RnsPolynomial _coefficients;
    private readonly RnsPolynomial _values;

    private SecretKey(CkksParameters parameters, RnsPolynomial coefficients)
    {
        Parameters = parameters;
        RingContext ring = parameters.Ring;
        _coefficients = coefficients;
        _values = ring.Rent(ring.Moduli.Length);
        for (int i = 0; i < ring.Moduli.Length; i++)
        {
            _coefficients.LimbSpan(0).CopyTo(_values.LimbSpan(i));
            ring.ForwardNtt(_values.Limb(i), i);
        }
    }

    public CkksParameters Parameters { get; }

    /// <summary>The ternary coefficients.</summary>
    internal ReadOnlySpan<double> Coefficients => _coefficients.LimbSpan(0);

    /// <summary>The transformed secret modulo each of the ring's moduli, special ones included.</summary>
    internal RnsPolynomial Values => _values;

    /// <summary>A new secret key from the operating system's generator.</summary>
    public static SecretKey Generate(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RnsPolynomial coefficients = parameters.Ring.Rent(1);
        using var sampler = new SecretSampler();
        sampler.FillTernary(coefficients.LimbSpan(0));
        return new SecretKey(parameters, coefficients);
    }

    /// <summary>Overwrites the key and returns its memory.</summary>
    public void Dispose()
    {
        _coefficients.Clear();
        _coefficients.Dispose();
        _values.Clear();
        _values.Dispose();
    }
}
