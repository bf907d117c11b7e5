namespace Crammed.Bert.Tests;

public class BertConfigurationTests
{
    [Test]
    public void Named_architectures_differ_in_kernel_and_gate()
    {
        var paper = BertConfiguration.Named("crammed-bert");
        var shallow = BertConfiguration.Named("crammed-bert-he");
        Assert.That((paper.Kernel, paper.Gate), Is.EqualTo((AttentionKernel.Gaussian, FeedForwardGate.Relu)));
        Assert.That((shallow.Kernel, shallow.Gate), Is.EqualTo((AttentionKernel.Polynomial, FeedForwardGate.Bilinear)));
        Assert.That(
            (paper.Layers, paper.Hidden, paper.Heads, paper.FeedForward, paper.SequenceLength), Is.EqualTo((2, 768, 12, 3072, 128)));
        Assert.That(paper.HeadDimension, Is.EqualTo(64));
        paper.Validate();
        shallow.Validate();
        Assert.That(() => BertConfiguration.Named("bert"), Throws.ArgumentException.With.Message.Contains("'bert'"));
    }

    [Test]
    public void Json_round_trip_keeps_every_field()
    {
        var configuration = Tiny.Configuration() with { Dropout = 0.25, NormEpsilon = 3e-7, HeadHidden = 77, Classes = 0 };
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "configuration-round-trip.json");
        File.WriteAllText(path, configuration.ToJson());
        Assert.That(BertConfiguration.Read(path), Is.EqualTo(configuration));
        Assert.That(configuration.ToJson(), Does.Contain("\"kernel\": \"polynomial\""));
    }

    private static IEnumerable<TestCaseData> Invalid()
    {
        var good = Tiny.Configuration();
        yield return new TestCaseData(good with { VocabularySize = 0 }, "vocabulary_size is 0");
        yield return new TestCaseData(good with { Layers = 0 }, "layers is 0");
        yield return new TestCaseData(good with { Hidden = 9 }, "hidden is 9");
        yield return new TestCaseData(good with { Heads = 3 }, "heads is 3; it must be a divisor of hidden (8)");
        yield return new TestCaseData(good with { FeedForward = 5 }, "feed_forward is 5");
        yield return new TestCaseData(good with { SequenceLength = 1 }, "sequence_length is 1");
        yield return new TestCaseData(good with { Kernel = (AttentionKernel)9 }, "kernel is 9");
        yield return new TestCaseData(good with { KernelPower = 0 }, "kernel_power is 0");
        yield return new TestCaseData(good with { NormEpsilon = double.NaN }, "norm_epsilon is NaN");
        yield return new TestCaseData(good with { Dropout = 1 }, "dropout is 1");
        yield return new TestCaseData(good with { InitializerStandardDeviation = 0 }, "initializer_standard_deviation is 0");
        yield return new TestCaseData(good with { TokenTypes = 2 }, "token_types is 2; it must be 1, or with style original 2");
        yield return new TestCaseData(good with { PaddingToken = good.VocabularySize }, "padding_token is");
        yield return new TestCaseData(good with { Classes = 1 }, "classes is 1");
    }

    [TestCaseSource(nameof(Invalid))]
    public void Values_out_of_range_are_named(BertConfiguration configuration, string message) =>
        Assert.That(configuration.Validate, Throws.ArgumentException.With.Message.Contains(message));

    [TestCase("{", "configuration-bad.json")]
    [TestCase("null", "null")]
    [TestCase("{\"architecture\": \"x\"}", "vocabulary_size")]
    [TestCase("KIND", "line 4: layers: a value of the wrong kind")]
    [TestCase("WORD", "kernel: a value of the wrong kind, or no word that may stand here")]
    [TestCase("NULL", "architecture: The property or field 'architecture' doesn't allow setting null values")]
    [TestCase("EXTRA", "surprise")]
    [TestCase("WRONG", "layers is -1")]
    public void Malformed_files_are_refused(string content, string message)
    {
        content = content switch
        {
            "EXTRA" => Tiny.Configuration().ToJson().Replace("\"layers\"", "\"surprise\": 1, \"layers\"", StringComparison.Ordinal),
            "KIND" => Tiny.Configuration().ToJson().Replace("\"layers\": 2", "\"layers\": \"two\"", StringComparison.Ordinal),
            "WORD" => Tiny.Configuration().ToJson().Replace("\"polynomial\"", "\"sigmoid\"", StringComparison.Ordinal),
            "NULL" => Tiny.Configuration().ToJson().Replace("\"architecture\": \"test\"", "\"architecture\": null", StringComparison.Ordinal),
            "WRONG" => (Tiny.Configuration() with { Layers = -1 }).ToJson(),
            _ => content,
        };
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "configuration-bad.json");
        File.WriteAllText(path, content);
        Assert.That(
            () => BertConfiguration.Read(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(message)
                .And.Message.Not.Contains("System.").And.Message.Not.Contains(nameof(BertConfiguration)));
    }
}
