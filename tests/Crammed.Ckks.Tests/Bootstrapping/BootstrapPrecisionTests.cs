using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>
/// Bootstraps over secrets, slots, levels and messages, held to <see cref="NoiseEstimator.Bootstrap"/>: by <see cref="BootstrapAssert"/>,
/// with no constants but those of its probability. Messages of size 2^-10 show noise alone: there the polynomials are exact to 2^-29.
/// </summary>
[TestFixture]
internal sealed class BootstrapPrecisionTests
{
    private const double Small = 1.0 / 1024;

    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private BootstrapSetup _full = null!;

    private static IEnumerable<TestCaseData> StructuredMessages()
    {
        var count = Parameters.SlotCount;
        yield return new TestCaseData(Messages.Uniform(count, count, 1, 1)).SetArgDisplayNames("uniform");
        yield return new TestCaseData(Messages.Uniform(count, count, Small, 2)).SetArgDisplayNames("small");
        yield return new TestCaseData(Messages.Constant(count)).SetArgDisplayNames("constant");
        yield return new TestCaseData(Messages.Spike(count)).SetArgDisplayNames("spike");
        yield return new TestCaseData(Messages.Alternating(count)).SetArgDisplayNames("alternating");
    }

    [OneTimeSetUp]
    public void SetUp() => _full = new BootstrapSetup(new BootstrappingPlan(Parameters));

    [OneTimeTearDown]
    public void TearDown() => _full.Dispose();

    /// <summary>The most levels with an arcsine of degree 3 at a ratio of 2^8, the most precision with one of degree 5 at 2^6.</summary>
    [Test]
    public void Rings_and_ratios([Values(11, 12, 13)] int logN, [Values(8, 6)] int log2Ratio, [Values(1, Small)] double largest)
    {
        var literal = NamedParameters.InsecureN11Bootstrapping with
        {
            Name = "insecure-bootstrapping-ratio",
            LogN = logN,
            Bootstrapping = new BootstrappingLiteral(3, 8, 4, log2Ratio, CorrectionLevels: log2Ratio == 8 ? 2 : 3),
        };
        var parameters = CkksParameters.Create(literal);
        using var setup = new BootstrapSetup(new BootstrappingPlan(parameters));
        Check(setup, Messages.Uniform(parameters.SlotCount, parameters.SlotCount, largest, logN), setup.Plan.InputLevel, 2);
    }

    [TestCaseSource(nameof(StructuredMessages))]
    public void Messages_of_any_structure(Complex[] message) => Check(_full, message, _full.Plan.InputLevel, 3);

    /// <summary>The message over its range takes the same way whatever the range is.</summary>
    [Test]
    public void Ranges([Values(3, 64, 1 << 20, 1.0 / 256)] double range, [Values(1, Small)] double share)
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters, range: range));
        Check(setup, Messages.Uniform(Parameters.SlotCount, Parameters.SlotCount, share * range, 6), setup.Plan.InputLevel, 2);
    }

    /// <summary>Weight 0 stands for uniform ternary.</summary>
    [Test]
    public void Secrets([Values(0, 64, 192, 1024)] int weight)
    {
        var literal = NamedParameters.InsecureN11Bootstrapping with
        {
            Name = "insecure-bootstrapping-secret",
            Secret = weight == 0 ? SecretDistribution.UniformTernary : SecretDistribution.SparseTernary(weight),
        };
        using var setup = new BootstrapSetup(new BootstrappingPlan(CkksParameters.Create(literal)));
        Check(setup, Messages.Uniform(Parameters.SlotCount, Parameters.SlotCount, Small, weight), setup.Plan.InputLevel, 4);
    }

    /// <summary>Few slots meet few integers I, so that more bootstraps are needed to see their mean.</summary>
    [TestCase(2, 32)]
    [TestCase(8, 16)]
    [TestCase(64, 8)]
    [TestCase(512, 4)]
    [TestCase(1024, 4)]
    public void Periods_of_slots(int slots, int bootstraps)
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters, slots));
        Check(setup, Messages.Uniform(Parameters.SlotCount, slots, 1, slots), setup.Plan.InputLevel, bootstraps);
    }

    [Test]
    public void Levels_of_operands([Values(3, 4, 7)] int level)
    {
        Assert.That(level, Is.InRange(_full.Plan.InputLevel, Parameters.WorkingLevel));
        Check(_full, Messages.Uniform(Parameters.SlotCount, Parameters.SlotCount, Small, level), level, 3);
    }

    /// <summary>
    /// An error of 2^-24 of the operand outweighs the bootstrap's own and comes back as it went in; of sparse slots the mean of the copies
    /// does.
    /// </summary>
    [Test]
    public void Errors_of_the_operand_come_through([Values(1024, 64)] int slots)
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters, slots));
        var deviation = Math.ScaleB(1, -24) * Math.Sqrt(setup.Plan.Repetitions);
        var message = Messages.Uniform(Parameters.SlotCount, slots, Small, 1);
        // A uniform variable of standard deviation 1 reaches up to sqrt(3).
        var errors = Messages.Uniform(Parameters.SlotCount, Parameters.SlotCount, Math.Sqrt(3) * deviation, 2);
        using var operand = setup.Encrypt([.. message.Zip(errors, (slot, error) => slot + error)], setup.Plan.InputLevel);
        using var result = setup.Bootstrapper.Bootstrap(operand);
        var fresh = setup.Noise.EncryptSymmetric(operand.Level, operand.Scale, Messages.Rms(message));
        var estimate = setup.Noise.Bootstrap(
            setup.Plan, fresh with { Error = NoiseEstimator.Together(fresh.Error, deviation) }, Messages.Parts(message));
        Assert.That(estimate.Error, Is.InRange(Math.ScaleB(1, -24), 1.1 * Math.ScaleB(1, -24)));
        BootstrapAssert.AreAsEstimated([setup.Errors(result, message)], estimate);
    }

    /// <summary>
    /// Twenty bootstraps with a product by 1 in between. Their errors add up as independent ones, to sqrt(20) of one; the estimate is
    /// carried along in the same way, the error of one being that of the operand of the next. Not independent is the mean over I of the
    /// polynomials' error, for parts up to 1/4 2^-30.8: twenty of it are 7 % of the variance, while the bounds leave 37 %.
    /// </summary>
    [Test]
    public void Twenty_in_a_row()
    {
        const int rounds = 20;
        var message = Messages.Uniform(Parameters.SlotCount, Parameters.SlotCount, 0.25, 8);
        using var one = _full.Encrypt([.. Enumerable.Repeat(Complex.One, Parameters.SlotCount)], _full.Plan.OutputLevel);
        var noise = _full.Noise;
        var factor = noise.EncryptSymmetric(one.Level, one.Scale, 1);
        BootstrapEstimate first = _full.Estimate(message, _full.Plan.InputLevel), last = first;
        using var fresh = _full.Encrypt(message, _full.Plan.InputLevel);
        var current = _full.Bootstrapper.Bootstrap(fresh);
        for (var round = 1; round < rounds; round++)
        {
            using var operand = current;
            using var product = _full.Evaluator.Multiply(operand, one);
            using var worked = _full.Evaluator.RelinearizeAndRescale(product);
            current = _full.Bootstrapper.Bootstrap(worked);
            last = noise.Bootstrap(
                _full.Plan, noise.RelinearizeAndRescale(noise.Multiply(last.Result, factor)), Messages.Parts(message));
        }
        using (current)
            BootstrapAssert.AreAsEstimated([_full.Errors(current, message)], last);
        // What enters and what products and lowering add is below 2^-31, of which a relative error of 2^-8 is left beside 2^-26.8.
        Assert.That(last.Error / first.Error, Is.EqualTo(Math.Sqrt(rounds)).Within(0.5).Percent);
    }

    private static void Check(BootstrapSetup setup, Complex[] message, int level, int bootstraps)
    {
        double[][] errors = [.. Enumerable.Range(0, bootstraps).Select(_ => setup.BootstrapErrors(message, level))];
        BootstrapAssert.AreAsEstimated(errors, setup.Estimate(message, level));
    }
}
