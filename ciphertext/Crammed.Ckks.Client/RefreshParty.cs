using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// The key holder's service to a server that has no bootstrapping: decrypts and encrypts anew at a higher level, changing neither slots
/// nor values. The server is assumed to be semi-honest, since it uses the key holder as an oracle. Thread-safe.
/// </summary>
public sealed unsafe class RefreshParty
{
    private readonly SecretKey _secret;
    private readonly Decryptor _decryptor;
    private readonly ParallelOptions _parallel;

    /// <param name="secret">the key, which must outlive this object</param>
    /// <param name="maxDegreeOfParallelism">threads that one call may use; 0 means one per processor</param>
    public RefreshParty(SecretKey secret, int maxDegreeOfParallelism = 0)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        _secret = secret;
        _decryptor = new Decryptor(secret);
        var degree = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = degree };
    }

    /// <summary>
    /// Fresh seeded encryptions of the same messages at <paramref name="targetLevel"/> and its canonical scale. Only the limb modulo
    /// q_0 of each input is read, so a message must satisfy |coefficient| * scale &lt; q_0 / 2; beyond it the result is garbage.
    /// Inputs may have any level and scale; the coefficients are multiplied by the exact ratio of the scales and rounded.
    /// </summary>
    /// <exception cref="ArgumentException">a ciphertext of other parameters or of another secret key, or a level that the parameters
    /// do not have</exception>
    public Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        _secret.Parameters.CheckLevel(targetLevel);
        foreach (var ciphertext in ciphertexts)
            _decryptor.CheckOwner(ciphertext);
        var results = new Ciphertext[ciphertexts.Count];
        Parallel.For(0, results.Length, _parallel, i => results[i] = Refresh(ciphertexts[i], targetLevel));
        return results;
    }

    private Ciphertext Refresh(Ciphertext ciphertext, int targetLevel)
    {
        var parameters = _secret.Parameters;
        var ring = parameters.Ring;
        var scale = parameters.ScaleAt(targetLevel);
        using var work = ring.Rent(2);
        var coefficients = work.Limb(0);
        _decryptor.Phase(coefficients, ciphertext, 0);
        ring.InverseNtt(coefficients, 0);
        ring.Kernels.ScaleAndRound(coefficients, coefficients, scale / ciphertext.Scale, ring.N);
        var largest = EmbeddingKernels.LargestMagnitude(work.LimbSpan(0));
        using var message = IntegerPolynomial.FromCoefficients(ring, coefficients, largest);
        using var sampler = new SecretSampler();
        sampler.FillGaussian(work.LimbSpan(1));
        message.AddSmall(work.LimbSpan(1));
        var result = Encryptor.Mask(message, _secret, targetLevel, scale);
        message.Clear();
        work.Clear();
        return result;
    }
}
