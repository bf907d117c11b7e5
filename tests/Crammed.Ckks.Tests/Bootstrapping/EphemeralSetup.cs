using Crammed.Ckks.Client;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>A small set with bootstrapping, and an ephemeral secret that the tests know, which otherwise nobody keeps.</summary>
internal sealed unsafe class EphemeralSetup : IDisposable
{
    public EphemeralSetup()
        : this(NamedParameters.InsecureN11Bootstrapping)
    {
    }

    public EphemeralSetup(CkksParametersLiteral literal)
    {
        Parameters = CkksParameters.Create(literal);
        Secret = SecretKey.Generate(Parameters);
        Decryptor = new Decryptor(Secret);
        Noise = new NoiseEstimator(Parameters);
        Ephemeral = EphemeralSecret.Generate(Parameters, Parameters.Bootstrapping!);
        Keys = new EvaluationKeys(
            Parameters, Secret.KeyId,
            [
                Slot(EvaluationKeyId.DenseToEphemeral, 0), Slot(EvaluationKeyId.EphemeralToDense, Parameters.MaxLevel),
            ]);
        Evaluator = new Evaluator(Parameters, Keys);

        EvaluationKeySlot Slot(EvaluationKeyId id, int level) => new(id, CreateKey(id, level));
    }

    public CkksParameters Parameters { get; }

    public SecretKey Secret { get; }

    public EphemeralSecret Ephemeral { get; }

    public Decryptor Decryptor { get; }

    public NoiseEstimator Noise { get; }

    public EvaluationKeys Keys { get; }

    public Evaluator Evaluator { get; }

    public long FirstPrime => (long)Parameters.Moduli[0];

    /// <summary>The largest message that bootstrapping takes: q_0 / 2^8.</summary>
    public long Bound => FirstPrime >> Parameters.Bootstrapping!.Log2MessageRatio;

    /// <summary>A key to or from the ephemeral secret, with new randomness.</summary>
    public SwitchingKey CreateKey(EvaluationKeyId id, int level) => new SwitchingKeyGenerator(Secret).Create(id, level, Ephemeral);

    /// <summary>The ephemeral secret's coefficients, -1, 0 and 1.</summary>
    public int[] EphemeralCoefficients()
    {
        using var limb = Parameters.Ring.Rent(1);
        Ephemeral.Values.LimbSpan(0).CopyTo(limb.LimbSpan(0));
        Parameters.Ring.InverseNtt(limb.Limb(0), 0);
        int[] coefficients = [.. limb.LimbSpan(0).ToArray().Select(value => (int)value)];
        limb.Clear();
        return coefficients;
    }

    /// <summary>Coefficients uniform in [-bound, bound].</summary>
    public long[] RandomMessage(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Parameters.N).Select(_ => random.NextInt64(-Bound, Bound + 1))];
    }

    /// <summary>An encryption of these very coefficients at level 0, at a scale of q_0 / 2^8.</summary>
    public Ciphertext Encrypt(long[] coefficients)
    {
        var polynomial = Parameters.Ring.Rent(1);
        for (var k = 0; k < coefficients.Length; k++)
            polynomial.LimbSpan(0)[k] = coefficients[k];
        Parameters.Ring.ForwardNtt(polynomial.Limb(0), 0);
        using var plaintext = new Plaintext(Parameters, polynomial, 0, Bound);
        return new Encryptor(Secret).Encrypt(plaintext);
    }

    /// <summary>c_0 + c_1 s' over the integers, term by term, for a pair of coefficients under the ephemeral secret.</summary>
    public long[] IntegerPhase(RnsPolynomial[] pair)
    {
        var n = Parameters.N;
        double[] left = pair[0].LimbSpan(0).ToArray(), right = pair[1].LimbSpan(0).ToArray();
        long[] phase = [.. left.Select(value => (long)value)];
        var secret = EphemeralCoefficients();
        foreach (var position in Enumerable.Range(0, n).Where(i => secret[i] != 0))
        {
            for (var k = 0; k < n; k++)
            {
                // X^N = -1.
                var sign = position + k < n ? secret[position] : -secret[position];
                phase[(position + k) % n] += sign * (long)right[k];
            }
        }
        return phase;
    }

    /// <summary>The multiple of q_0 nearest to a phase, as I, and the rest, less than q_0 / 2 in size.</summary>
    public (long Multiple, long Remainder) Split(long phase)
    {
        var multiple = (long)Math.Round(phase / (decimal)FirstPrime);
        return (multiple, phase - multiple * FirstPrime);
    }

    public void Dispose()
    {
        Keys.Dispose();
        Ephemeral.Dispose();
        Secret.Dispose();
    }
}
