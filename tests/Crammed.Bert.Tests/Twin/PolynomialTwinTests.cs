using Crammed.Approximation;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class PolynomialTwinTests
{
    private const int MaxDepth = 9;

    private readonly BertConfiguration _configuration = Tiny.Configuration();
    private BertModel _model = null!;
    private TaskClassifier _classifier = null!;
    private TaskData _data = null!;
    private TrainedWeights _weights = null!;
    private Calibration _ranges = null!;
    private Predictions _exact = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _model = new BertModel(_configuration, seed: 3, torch.ScalarType.Float64);
        _data = Tiny.Task(_configuration, 32, seed: 1);
        var draw = FineTuningDraw.Create(1, new FineTuningSettings { Steps = 6, BatchSize = 8, LearningRate = 0.05 }, _configuration, 32);
        _weights = Tiny.Run(_model, draw, _data).Weights;
        _classifier = new TaskClassifier(_model, _weights);
        (_exact, _ranges) = PolynomialTwin.Observe(_classifier, _data, margin: 1.5);
    }

    [OneTimeTearDown]
    public void Free()
    {
        _classifier.Dispose();
        _model.Dispose();
    }

    private ModelFunctions Functions => new CalibratedFunctions(_ranges, MaxDepth).Of(_configuration);

    [Test]
    public void Observing_answers_as_evaluation_does_and_records_every_range()
    {
        Assert.That(_exact.Logits, Is.EqualTo(Tiny.Evaluate(_model, _weights, _data).Logits));
        string[] names = [.. Functions.Designs().Select(design => design.Name)];
        Assert.That(names, Is.SubsetOf(_ranges.AllTokenRanges.Keys));
        Assert.That((_ranges.Examples, _ranges.Source, _ranges.Margin), Is.EqualTo((32, "tiny task", 1.5)));
        Assert.That(_ranges.Ranges.Keys, Has.None.EqualTo(ActivationNames.SecondMoment));
    }

    /// <summary>Polynomials within 1e-6 in some ten places, with slopes of a few units between them and the logits.</summary>
    [Test]
    public void Polynomials_answer_nearly_the_same_and_stay_in_their_domains()
    {
        var twin = PolynomialTwin.Evaluate(_classifier, _data, Functions, new TwinSettings());
        Assert.That(twin.LargestLogitDifference(_exact), Is.GreaterThan(1e-12).And.LessThan(1e-3));
        Assert.That(twin.Domains.Select(use => use.Name), Is.EquivalentTo(Functions.Designs().Select(design => design.Name)));
        Assert.That(twin.Domains.Select(use => use.Outside), Is.All.Zero);
        var norm = twin.Domains.Single(use => use.Name == ActivationNames.FinalNormVariance);
        Assert.That(norm.Values, Is.EqualTo(32 * 6), "all positions, padding included");
        var all = _ranges.AllTokenRanges[ActivationNames.FinalNormVariance];
        // Observed as a variance, evaluated as d times it.
        Assert.That(norm.Minimum, Is.EqualTo(8 * all.Minimum).Within(1e-3 * all.Minimum));
        Assert.That(norm.Maximum, Is.EqualTo(8 * all.Maximum).Within(1e-3 * all.Maximum));
    }

    [Test]
    public void A_value_outside_its_domain_is_named_or_counted()
    {
        var name = ActivationNames.FinalNormVariance;
        var wide = _ranges.AllTokenRanges[name];
        var middle = (wide.Minimum + wide.Maximum) / 2;
        var cut = _ranges.AllTokenRanges.ToDictionary();
        cut[name] = new ValueRange(wide.Minimum, middle);
        var narrow = new CalibratedFunctions(new Calibration(1, 32, _ranges.Ranges, cut), MaxDepth).Of(_configuration);
        var error = Assert.Throws<DomainViolationException>(
            () => PolynomialTwin.Evaluate(_classifier, _data, narrow, new TwinSettings()))!;
        Assert.That(
            error.Message, Does.StartWith($"{name}: value ").And.Contain($"is outside the calibrated domain {narrow.FinalNorm.Domain}"));
        var twin = PolynomialTwin.Evaluate(_classifier, _data, narrow, new TwinSettings { OutOfRange = OutOfRange.Report });
        var use = twin.Domains.Single(each => each.Name == name);
        Assert.That(use.Outside, Is.Positive.And.LessThan(use.Values));
        Assert.That(use.Maximum, Is.EqualTo(8 * wide.Maximum).Within(1e-3 * wide.Maximum));
        Assert.That(twin.Predictions.Logits, Has.Length.EqualTo(32));
    }

    [Test]
    public void Answers_that_are_not_finite_are_counted_and_left_out_of_the_difference()
    {
        var answers = new Predictions([[0, 1], [double.NaN, 0], [2, double.PositiveInfinity]], [0, 1, 0], 2);
        var twin = new TwinEvaluation(answers, []);
        Assert.That(twin.Unanswered, Is.EqualTo(2));
        Assert.That(twin.LargestLogitDifference(answers with { Logits = [[0.5, 1], [5, 5], [5, 5]] }), Is.EqualTo(0.5));
    }

    /// <summary>(1 + x/2^k)^(2^k) rises again below -2^k: stable there, but no exponential.</summary>
    [Test]
    public void In_place_of_exp_the_kernel_keeps_to_where_it_is_close()
    {
        var gaussian = Tiny.Configuration(AttentionKernel.Gaussian);
        var functions = new CalibratedFunctions(_ranges, MaxDepth).Of(gaussian);
        var design = functions.Designs().Single(each => each.Name == ActivationNames.KernelArgument(0));
        Assert.That(functions.Layers[0].Kernel.Exponent, Is.EqualTo(9), "the smallest within 1e-3 (known error 5.3e-4)");
        Assert.That(design.Domain, Is.EqualTo(new Interval(-512, 0)));
        Assert.That(design.Error!.MaxError, Is.EqualTo(5.3e-4).Within(1e-5));
        var trained = Functions.Designs().Single(each => each.Name == ActivationNames.KernelArgument(0));
        Assert.That(trained.Domain, Is.EqualTo(new Interval(-32, 0)), "k = 4");
        Assert.That(trained.Error, Is.Null);
    }

    /// <summary>As published, whatever the range; but not where it would not be close to exp.</summary>
    [Test]
    public void A_paper_faithful_kernel_has_fourteen_squarings()
    {
        var gaussian = Tiny.Configuration(AttentionKernel.Gaussian);
        var paper = new CalibratedFunctions(_ranges, MaxDepth, GaussianKernel.PaperFaithful).Of(gaussian).Layers[0];
        Assert.That(paper.Kernel.Exponent, Is.EqualTo(14));
        Assert.That(paper.KernelDomain, Is.EqualTo(new Interval(-16384, 0)));
        Assert.That(
            new CalibratedFunctions(_ranges, MaxDepth, GaussianKernel.PaperFaithful).Kernel(_configuration, 0).Exponent,
            Is.EqualTo(_configuration.KernelPower), "a trained-in kernel approximates nothing");
        var name = ActivationNames.KernelArgument(0);
        var wide = new Dictionary<string, ValueRange> { [name] = new(-20_000, 0) };
        var functions = new CalibratedFunctions(new Calibration(1, 1, wide, wide), MaxDepth, GaussianKernel.PaperFaithful);
        Assert.That(
            () => functions.Kernel(gaussian, 0),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"'{name}' goes down to -20000, too far for exp by 14 squarings"));
        Assert.That(new CalibratedFunctions(new Calibration(1, 1, wide, wide), MaxDepth).Kernel(gaussian, 0).Exponent, Is.EqualTo(14));
    }

    [Test]
    public void The_monitor_counts_exactly_what_lies_outside()
    {
        using var scope = torch.NewDisposeScope();
        var monitor = new DomainMonitor(OutOfRange.Report);
        var domain = new Interval(-1, 3);
        monitor.Check("f", domain, torch.tensor([-1.0, 3.0, 0.5]));
        monitor.Check("f", domain, torch.tensor([-1.1, 3.1, 0.5, double.NaN]));
        Assert.That(monitor.Uses, Has.Count.EqualTo(1));
        Assert.That((monitor.Uses[0].Values, monitor.Uses[0].Outside), Is.EqualTo((7L, 3L)));
        var strict = new DomainMonitor(OutOfRange.Error);
        strict.Check("f", domain, torch.tensor([-1.0, 3.0]));
        Assert.That(
            () => strict.Check("f", domain, torch.tensor([0.0, 3.5])),
            Throws.InstanceOf<DomainViolationException>().With.Message.EqualTo(
                "f: value 3.5 is outside the calibrated domain [-1, 3]; calibrate on text closer to this data or widen the margin"));
        Assert.That(() => strict.Check("f", domain, torch.tensor([0.0, double.NaN])), Throws.InstanceOf<DomainViolationException>());
    }

    /// <summary>100,000 samples: the deviation is known to 1 / sqrt(200,000) = 0.22 %, the mean to 0.32 % of it; five times that.</summary>
    [Test]
    public void Noise_has_the_stated_deviation_and_follows_its_seed()
    {
        using var scope = torch.NewDisposeScope();
        var zero = torch.zeros(100_000L, torch.ScalarType.Float64);
        using ResultNoise noise = new(10, seed: 5), again = new(10, seed: 5), other = new(10, seed: 6);
        var values = noise.Add(zero).ToFloat64Array();
        var deviation = Math.Sqrt(values.Average(value => value * value));
        Assert.That(deviation, Is.EqualTo(Math.Pow(2, -10)).Within(0.011 * Math.Pow(2, -10)));
        Assert.That(values.Average(), Is.Zero.Within(0.016 * Math.Pow(2, -10)));
        Assert.That(again.Add(zero).ToFloat64Array(), Is.EqualTo(values));
        Assert.That(other.Add(zero).ToFloat64Array(), Is.Not.EqualTo(values));
    }

    /// <summary>To first order the answers move in proportion to the noise: ten bits more, a thousandth of it.</summary>
    [Test]
    public void Answers_move_with_the_noise()
    {
        double Moved(double bits) => PolynomialTwin.Evaluate(_classifier, _data, Functions, Noisy(bits)).LargestLogitDifference(
            PolynomialTwin.Evaluate(_classifier, _data, Functions, new TwinSettings()).Predictions);
        double twenty = Moved(20), thirty = Moved(30);
        Assert.That(twenty, Is.GreaterThan(Math.Pow(2, -20)));
        Assert.That(twenty / thirty, Is.EqualTo(1024).Within(30), "the same noise, scaled");
        var first = PolynomialTwin.Evaluate(_classifier, _data, Functions, Noisy(20)).Predictions.Logits;
        Assert.That(PolynomialTwin.Evaluate(_classifier, _data, Functions, Noisy(20)).Predictions.Logits, Is.EqualTo(first));

        static TwinSettings Noisy(double bits) => new() { NoiseBits = bits, NoiseSeed = 9, OutOfRange = OutOfRange.Report };
    }

    /// <summary>Sums of the same products in another order, float64: rounding of some 1e-13, and slopes of a few units.</summary>
    [Test]
    public void Adapters_of_linear_layers_answer_as_if_merged()
    {
        using var other = new BertModel(_configuration, seed: 3, torch.ScalarType.Float64);
        using var tuned = new TaskClassifier(other, 2, new LoraConfiguration { Rank = 2, Alpha = 3 }, seed: 2);
        var adapters = tuned.Adapters!;
        using (torch.no_grad())
        {
            foreach (var (module, index) in adapters.Modules.Select((module, index) => (module, index)))
                adapters[module].B.copy_(torch.tensor(Tiny.Gaussian(index, 16, 0.2), adapters[module].B.shape));
        }

        using (torch.no_grad())
        {
            foreach (var (name, tensor) in tuned.Head)
                tensor.copy_(torch.tensor(_weights.Values[name], tensor.shape));
        }

        var observed = PolynomialTwin.Observe(tuned, _data, 1.5).Ranges;
        var functions = new CalibratedFunctions(observed, MaxDepth).Of(_configuration);
        var beside = PolynomialTwin.Evaluate(tuned, _data, functions, new TwinSettings()).Predictions;
        adapters.Merge();
        var merged = PolynomialTwin.Evaluate(tuned, _data, functions, new TwinSettings());
        Assert.That(merged.LargestLogitDifference(beside), Is.LessThan(1e-10));
        adapters.Unmerge();
        adapters.Enabled = false;
        var without = PolynomialTwin.Evaluate(tuned, _data, functions, new TwinSettings { OutOfRange = OutOfRange.Report });
        Assert.That(without.LargestLogitDifference(beside), Is.GreaterThan(1e-4), "they do something");
    }

    [Test]
    public void Softmax_and_settings_out_of_range_are_refused()
    {
        Assert.That(
            () => new CalibratedFunctions(_ranges, MaxDepth).Of(Tiny.Configuration(AttentionKernel.Softmax)),
            Throws.ArgumentException.With.Message.Contains("kernel Softmax"));
        Assert.That(
            () => PolynomialTwin.Evaluate(_classifier, _data, Functions, new TwinSettings { NoiseBits = 61 }),
            Throws.ArgumentException.With.Message.Contains("noise_bits is 61"));
        Assert.That(
            () => PolynomialTwin.Evaluate(_classifier, _data, Functions with { Layers = [] }, new TwinSettings()),
            Throws.ArgumentException.With.Message.Contains("0 layers"));
        Assert.That(
            () => new CalibratedFunctions(_ranges, MaxDepth).Gate(_configuration with { Gate = FeedForwardGate.Relu }, layer: 7),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("layer7.feed_forward.gate"));
    }
}
