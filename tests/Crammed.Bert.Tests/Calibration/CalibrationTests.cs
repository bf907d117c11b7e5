using Crammed.Text;

namespace Crammed.Bert.Tests;

public class CalibrationTests
{
    private static string Work => TestContext.CurrentContext.WorkDirectory;

    private static readonly CalibrationSettings Settings = new()
    {
        Examples = 40,
        FineTuning = new FineTuningSettings { Steps = 3, BatchSize = 8, LearningRate = 0.05 },
    };

    private static Calibration Measure(BertModel model, CalibrationSettings? settings = null) =>
        Calibrator.Measure(model, TextFixture.Texts(100), new InputEncoder(TextFixture.Tokenizer), settings ?? Settings);

    [Test]
    public void Every_input_of_a_non_polynomial_function_is_recorded()
    {
        using var model = new BertModel(TextFixture.Configuration, seed: 1);
        var before = Tiny.Weights(model);
        var calibration = Measure(model);
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));
        string[] names =
        [
            "layer0.attention_norm.variance", "layer0.kernel.argument", "layer0.feed_forward_norm.variance", "layer0.feed_forward.gate",
            "final_norm.variance", "head.tanh.input", "head.logit_difference", "optimizer.second_moment",
        ];
        Assert.That(names, Is.SubsetOf(calibration.Ranges.Keys));
        Assert.That(calibration.Examples, Is.EqualTo(40));
        var variance = calibration.Ranges["final_norm.variance"];
        Assert.That(variance.Minimum, Is.Positive.And.LessThan(variance.Maximum));
        // ||q||^2 + ||k||^2 - 2 q.k of equal vectors rounds to about 1e-7 of its terms.
        Assert.That(calibration.Ranges["layer0.kernel.argument"].Maximum, Is.LessThan(1e-4));
        var difference = calibration.Ranges["head.logit_difference"];
        Assert.That(difference.Maximum, Is.EqualTo(-difference.Minimum).Within(1e-6));
        Assert.That(calibration.Ranges["optimizer.second_moment"].Minimum, Is.Not.Negative);
    }

    /// <summary>All tokens include the first one, so their range contains it where the adapters are the final ones.</summary>
    [Test]
    public void All_token_ranges_are_wider()
    {
        using var model = new BertModel(TextFixture.Configuration, seed: 1);
        var calibration = Measure(model);
        var first = calibration.Ranges["layer0.feed_forward_norm.variance"];
        var all = calibration.AllTokenRanges["layer0.feed_forward_norm.variance"];
        Assert.That(all.Maximum - all.Minimum, Is.GreaterThan(first.Maximum - first.Minimum));
        Assert.That(calibration.AllTokenRanges.Keys, Has.None.EqualTo("optimizer.second_moment"));
    }

    [Test]
    public void File_round_trip_and_margin()
    {
        var path = Path.Combine(Work, "calibration-round-trip.json");
        var calibration = new Calibration(
            2,
            7,
            new Dictionary<string, ValueRange> { ["b"] = new(0.5, 3), ["a"] = new(-4, -1), ["c"] = new(-1, 2) },
            new Dictionary<string, ValueRange> { ["a"] = new(-8, 0) });
        calibration.Write(path);
        var read = Calibration.Read(path);
        Assert.That((read.Margin, read.Examples), Is.EqualTo((2.0, 7)));
        Assert.That(read.Ranges, Is.EquivalentTo(calibration.Ranges));
        Assert.That(read.AllTokenRanges, Is.EquivalentTo(calibration.AllTokenRanges));
        Assert.That(read.WithMargin("b"), Is.EqualTo(new ValueRange(0.25, 6)));
        Assert.That(read.WithMargin("a"), Is.EqualTo(new ValueRange(-8, -0.5)));
        Assert.That(read.WithMargin("c"), Is.EqualTo(new ValueRange(-2, 4)));
        Assert.That(() => read.WithMargin("d"), Throws.InstanceOf<KeyNotFoundException>().With.Message.Contains("'d'"));
    }

    [TestCase("{", "calibration-bad.json")]
    [TestCase("{\"format\":2,\"margin\":2,\"examples\":1,\"ranges\":{},\"all_token_ranges\":{}}", "only format 2 names a source")]
    [TestCase("{\"format\":3,\"margin\":2,\"examples\":1,\"ranges\":{},\"all_token_ranges\":{}}", "format 3")]
    [TestCase("{\"format\":1,\"margin\":0.5,\"examples\":1,\"ranges\":{},\"all_token_ranges\":{}}", "margin is 0.5")]
    [TestCase(
        "{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":{\"x\":{\"min\":2,\"max\":1}},\"all_token_ranges\":{}}", "'x' is 2 to 1")]
    [TestCase("{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":{\"x\":{\"min\":0,\"max\":1e999}},\"all_token_ranges\":{}}", "ranges")]
    [TestCase("{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":{\"x\":null},\"all_token_ranges\":{}}", "'x'")]
    [TestCase("{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":null,\"all_token_ranges\":{}}", "ranges")]
    [TestCase("{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":{\"x\":{\"min\":0}},\"all_token_ranges\":{}}", "max")]
    [TestCase("{\"format\":1,\"margin\":2,\"examples\":1,\"ranges\":{},\"all_token_ranges\":{},\"more\":1}", "more")]
    public void Malformed_files_are_refused(string content, string message)
    {
        var path = Path.Combine(Work, "calibration-bad.json");
        File.WriteAllText(path, content);
        Assert.That(() => Calibration.Read(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Too_little_text_is_refused()
    {
        using var model = new BertModel(TextFixture.Configuration, seed: 1);
        Assert.That(
            () => Calibrator.Measure(model, TextFixture.Texts(10), new InputEncoder(TextFixture.Tokenizer), Settings),
            Throws.ArgumentException.With.Message.Contains("10 texts for 40 examples"));
    }

    [Test]
    public void Regression_is_calibrated_without_logit_differences()
    {
        using var model = new BertModel(TextFixture.Configuration, seed: 1);
        var calibration = Measure(model, Settings with { Classes = 0 });
        Assert.That(calibration.Ranges.Keys, Does.Contain("head.logit").And.None.EqualTo("head.logit_difference"));
    }
}
