using System.Collections.Concurrent;
using Crammed.Ckks;
using Crammed.Ckks.Client;

namespace Crammed.Benchmarks.Engine;

/// <summary>Parameters, keys and operands of one shape, made once for all benchmarks of it.</summary>
internal sealed class EngineSetup : IDisposable
{
    /// <summary>Rotations of the hoisted benchmark; the first one is that of the single rotation.</summary>
    public static readonly int[] Steps = [1, 2, 3, 4, 5, 6, 7, 8];

    private static readonly ConcurrentDictionary<EngineShape, Lazy<EngineSetup>> Cache = new();
    private static readonly ConcurrentDictionary<string, CkksParameters> ParameterSets = new();

    private EngineSetup(EngineShape shape)
    {
        // What other shapes left in the pool would push this one's buffers out of it.
        ResidueMemory.Trim();
        Shape = shape;
        Parameters = ParameterSets.GetOrAdd(shape.ParameterSet, name => CkksParameters.Create(NamedParameters.Find(name)));
        Secret = SecretKey.Generate(Parameters);
        Generator = new KeyGenerator(Secret);
        Keys = Generator.CreateEvaluationKeys(RotationsOf(shape, Steps));
        PublicKey = Generator.CreatePublicKey();
        Encoder = new CkksEncoder(Parameters);
        Encryptor = new Encryptor(PublicKey);
        SecretEncryptor = new Encryptor(Secret);
        Decryptor = new Decryptor(Secret);
        // Timings do not depend on values; a fixed seed makes runs comparable.
        var random = new Random(1);
        Values = [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];
        Plaintext = Encoder.Encode(Values, shape.Level);
        Left = Encryptor.Encrypt(Plaintext);
        Right = Encryptor.Encrypt(Plaintext);
    }

    public EngineShape Shape { get; }

    public CkksParameters Parameters { get; }

    public SecretKey Secret { get; }

    public KeyGenerator Generator { get; }

    public EvaluationKeys Keys { get; }

    public PublicKey PublicKey { get; }

    public CkksEncoder Encoder { get; }

    public Encryptor Encryptor { get; }

    public Encryptor SecretEncryptor { get; }

    public Decryptor Decryptor { get; }

    public double[] Values { get; }

    public Plaintext Plaintext { get; }

    public Ciphertext Left { get; }

    public Ciphertext Right { get; }

    public static EngineSetup Of(EngineShape shape) => Cache.GetOrAdd(shape, _ => new Lazy<EngineSetup>(() => new EngineSetup(shape))).Value;

    /// <summary>Relinearization and rotations at a shape's level.</summary>
    public static EvaluationKeyRequest RotationsOf(EngineShape shape, IEnumerable<int> steps) =>
        EvaluationKeyRequest.Of(shape.Level, steps.Select(step => (step, shape.Level)));

    /// <summary>Disposes what has been made for a shape.</summary>
    public static void Release(EngineShape shape)
    {
        if (Cache.TryRemove(shape, out var setup))
            setup.Value.Dispose();
    }

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
        Plaintext.Dispose();
        PublicKey.Dispose();
        Keys.Dispose();
        Secret.Dispose();
    }
}
