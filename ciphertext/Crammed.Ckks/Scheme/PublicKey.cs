using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// An encryption of zero modulo q_0 ... q_L, (b, a) with b + a s = e, that lets anyone encrypt. Its half a comes from a seed, limb i
/// from stream i.
/// </summary>
public sealed class PublicKey : IDisposable
{
    internal PublicKey(CkksParameters parameters, byte[] seed, RnsPolynomial masked, RnsPolynomial uniform)
    {
        Parameters = parameters;
        Seed = seed;
        Masked = masked;
        Uniform = uniform;
    }

    public CkksParameters Parameters { get; }

    public long Bytes => Masked.Bytes + Uniform.Bytes;

    internal byte[] Seed { get; }

    internal RnsPolynomial Masked { get; }

    internal RnsPolynomial Uniform { get; }

    public void Dispose()
    {
        Masked.Dispose();
        Uniform.Dispose();
    }
}
