using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Training;
using Crammed.Model;
using Crammed.Tables;

namespace Crammed.Converter.Tests;

/// <summary>A container holds, encrypted, what the packer put into slots; and nothing else opens it.</summary>
[TestFixture]
public sealed class ContainerTests
{
    private const int Hidden = 4, Tokens = 8, TrainExamples = 6;

    private static readonly BertConfiguration Configuration = BertConfiguration.Named("crammed-bert-he") with
    {
        VocabularySize = 16,
        Layers = 1,
        Hidden = Hidden,
        Heads = 2,
        FeedForward = 8,
        SequenceLength = Tokens,
        HeadProjection = 2,
        HeadHidden = 3,
        Classes = 2,
    };

    private readonly CkksParameters _parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crammed-container-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Ciphertexts_decrypt_to_the_packed_batches_within_the_noise()
    {
        using var secret = SecretKey.Generate(_parameters);
        var (draw, train, container) = Convert(secret);
        var layout = ContainerManifest.Read(container).Layout(_parameters.SlotCount);
        var level = CircuitSettings.For(_parameters.MaxLevel, 1).DataLevel;
        var decryptor = new Decryptor(secret);
        // Rounding of the encoding and fresh noise are sums of thousands of small terms: eight deviations are never reached.
        var estimator = new NoiseEstimator(_parameters);
        var scale = _parameters.ScaleAt(level);
        var tolerance = 8 * (estimator.FreshSymmetric(scale) + estimator.EncodeRounding(scale));
        for (var step = 0; step < draw.Settings.Steps; step++)
        {
            var examples = draw.Batch(step).ToArray().Select(index => train.Examples[(int)index]).ToArray();
            var expected = BatchPacker.Pack(layout, Hidden, examples).ToArray();
            var ciphertexts = CiphertextFile.Read(Path.Combine(container, ContainerFiles.Batch(step)), _parameters, BatchPacker.VectorCount(Hidden));
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.That(decryptor.DecryptToSlots(ciphertexts[i]), Is.EqualTo(expected[i]).Within(tolerance), $"step {step}, vector {i}");
                ciphertexts[i].Dispose();
            }
        }
    }

    [Test]
    public void Evaluation_batches_carry_no_labels()
    {
        using var secret = SecretKey.Generate(_parameters);
        var (_, _, container) = Convert(secret);
        var ciphertexts = CiphertextFile.Read(Path.Combine(container, ContainerFiles.Evaluation(0)), _parameters, BatchPacker.VectorCount(Hidden));
        var largest = new Decryptor(secret).DecryptToSlots(ciphertexts[^1]).Max(Math.Abs);
        Assert.That(largest, Is.LessThan(1e-3));
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
    }

    [Test]
    public void Places_beyond_the_batch_repeat_its_examples()
    {
        using var secret = SecretKey.Generate(_parameters);
        var (draw, train, container) = Convert(secret);
        var layout = ContainerManifest.Read(container).Layout(_parameters.SlotCount);
        var example = train.Examples[(int)draw.Batch(0)[0]];
        var first = BatchPacker.Pack(layout, Hidden, [example]).First();
        Assert.That(first.Distinct().Count(), Is.LessThanOrEqualTo(Tokens), "one example in all places");
        Assert.That(first, Has.None.Zero);
    }

    [Test]
    public void Files_of_other_parameters_or_cut_short_are_refused_with_their_name()
    {
        using var secret = SecretKey.Generate(_parameters);
        var (_, _, container) = Convert(secret);
        var file = Path.Combine(container, ContainerFiles.Parameters);
        var other = CkksParameters.Create(NamedParameters.InsecureN12);
        Assert.That(() => CiphertextFile.Read(file, other, 1), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(file));
        var bytes = File.ReadAllBytes(file);
        foreach (var length in new[] { 0, 5, 12, 40, bytes.Length - 1 })
        {
            File.WriteAllBytes(file, bytes[..length]);
            Assert.That(() => CiphertextFile.Read(file, _parameters, 1), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(file), $"{length}");
        }
    }

    private (FineTuningDraw Draw, EncryptableSplit Train, string Container) Convert(SecretKey secret)
    {
        var file = Path.Combine(_folder, "train");
        using (var writer = ExportedTaskWriter.Open(file, new ExportedTaskDescription(
            "tiny", "train", Tokens, Hidden, ["no", "yes"], new string('a', 64), new string('b', 64), ClientPrefix.Embedding,
            new ExportedSelection(TrainExamples, TrainExamples, 1, new string('c', 64)))))
        {
            var random = new Random(3);
            for (var i = 0; i < TrainExamples; i++)
            {
                float[] embedding = [.. Enumerable.Range(0, Tokens * Hidden).Select(_ => (float)(random.NextDouble() + 0.5))];
                writer.Add(new ExportedExample(i, new int[Tokens], [.. Enumerable.Repeat(1, Tokens)], i % 2, embedding));
            }
            writer.Complete();
        }
        var train = EncryptableSplit.Read(file);
        var draw = FineTuningDraw.Create(seed: 1, new FineTuningSettings { Steps = 2, BatchSize = 3 }, Configuration, TrainExamples);
        var container = Path.Combine(_folder, "container");
        new ContainerWriter(_parameters, secret, CircuitSettings.For(_parameters.MaxLevel, 1))
            .Write(container, draw, train, train.Examples, progress: null, CancellationToken.None);
        return (draw, train, container);
    }
}
