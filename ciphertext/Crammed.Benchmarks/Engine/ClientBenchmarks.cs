using BenchmarkDotNet.Attributes;

namespace Crammed.Benchmarks.Engine;

/// <summary>What the key holder does: encode, encrypt, decrypt and decode, on one thread.</summary>
public class ClientBenchmarks
{
    private EngineSetup _setup = null!;

    [ParamsSource(nameof(Shapes))]
    public EngineShape Shape { get; set; } = null!;

    public static IEnumerable<EngineShape> Shapes => EngineShape.All;

    [GlobalSetup]
    public void SetUp() => _setup = EngineSetup.Of(Shape);

    [Benchmark]
    public void Encode() => _setup.Encoder.Encode(_setup.Values, Shape.Level).Dispose();

    [Benchmark]
    public void Encrypt() => _setup.Encryptor.Encrypt(_setup.Plaintext).Dispose();

    [Benchmark]
    public void EncodeEncryptSecret() => _setup.SecretEncryptor.Encrypt(_setup.Values, Shape.Level).Dispose();

    [Benchmark]
    public double[] DecryptDecode() => _setup.Decryptor.DecryptToSlots(_setup.Left);
}
