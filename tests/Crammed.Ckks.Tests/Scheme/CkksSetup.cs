using System.Collections.Concurrent;
using System.Numerics;
using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Parameters, keys and tools of one set, built once for all tests.</summary>
internal sealed class CkksSetup
{
    private static readonly ConcurrentDictionary<string, Lazy<CkksSetup>> Cache = new();

    /// <summary>Rotations that tests may use, at the top level.</summary>
    public static readonly int[] Steps = [1, 2, 3, 5, 64, 100, -1];

    private CkksSetup(CkksParametersLiteral literal)
    {
        Parameters = CkksParameters.Create(literal);
        Secret = SecretKey.Generate(Parameters);
        Generator = new KeyGenerator(Secret);
        Keys = Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(Parameters.MaxLevel, Steps.Select(steps => (steps, Parameters.MaxLevel)), Parameters.MaxLevel));
        Encoder = new CkksEncoder(Parameters);
        Encryptor = new Encryptor(Secret);
        Decryptor = new Decryptor(Secret);
        Evaluator = new Evaluator(Parameters, Keys);
        Noise = new NoiseEstimator(Parameters);
    }

    public CkksParameters Parameters { get; }

    public SecretKey Secret { get; }

    public KeyGenerator Generator { get; }

    public EvaluationKeys Keys { get; }

    public CkksEncoder Encoder { get; }

    public Encryptor Encryptor { get; }

    public Decryptor Decryptor { get; }

    public Evaluator Evaluator { get; }

    public NoiseEstimator Noise { get; }

    public int Top => Parameters.MaxLevel;

    public static CkksSetup Of(CkksParametersLiteral literal) =>
        Cache.GetOrAdd(literal.Name, _ => new Lazy<CkksSetup>(() => new CkksSetup(literal))).Value;

    /// <summary>Uniform numbers in [-1, 1], one for each slot: root mean square sqrt(1/3).</summary>
    public double[] RandomSlots(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];
    }

    public Complex[] RandomComplexSlots(int seed) =>
        [.. RandomSlots(seed).Zip(RandomSlots(seed + 1000), (real, imaginary) => new Complex(real, imaginary))];

    public Ciphertext Encrypt(Complex[] values, int level)
    {
        using var plaintext = Encoder.Encode(values, level, Parameters.ScaleAt(level));
        return Encryptor.Encrypt(plaintext);
    }
}
