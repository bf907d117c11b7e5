using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>How errors meet, against sums by hand.</summary>
[TestFixture]
internal sealed class ErrorCalibrationTests
{
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);
    private static readonly CkksLevels Levels = CkksLevels.ForClient(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping));
    private static readonly ProgramConstants Constants = new(new Dictionary<string, FrozenWeights>(), new Dictionary<string, double>());

    private readonly Value _x = new("x", []);
    private readonly Value _y = new("y", []);

    /// <summary>Sums add no noise: what cancels or adds up does so but for the rounding of doubles.</summary>
    [Test]
    public void Multiples_of_one_error_add_up_and_cancel()
    {
        Value copy = new("copy", []), difference = new("difference", []), triple = new("triple", []);
        var statistics = Calibrate(
            new Sum(copy, [ProgramBuilder.Term(_x)], []),
            new Sum(difference, [ProgramBuilder.Term(copy), ProgramBuilder.Term(_x, -1)], []),
            new Sum(triple, [ProgramBuilder.Term(copy, 2), ProgramBuilder.Term(_x)], []));
        Assert.That(statistics["difference"].Gains!.Carry([1, 1]), Is.LessThan(1e-3));
        Assert.That(statistics["triple"].Gains!.Carry([1, 1]), Is.EqualTo(3).Within(1e-3));
        // Another refresh may be between a value and its copy: then they have errors of different size.
        Assert.That(statistics["triple"].Gains!.Carry([2, 0]), Is.EqualTo(4).Within(1e-3));
        Assert.That(statistics["triple"].ImaginaryGains!.Carry([1, 1]), Is.EqualTo(3).Within(1e-3));
    }

    /// <summary>
    /// The error of x^2^k is 2^k x^(2^k - 1) e, if products add little: here the input is multiplied by 2^10, as no noise of products is.
    /// Errors of n = 2048 slots whose squares are weighted by powers of x: 4 deviations of their mean.
    /// </summary>
    [Test]
    public void Powers_of_powers_are_powers()
    {
        Value[] powers = [.. Enumerable.Range(0, 5).Select(k => new Value($"power{k}", []))];
        Instruction[] instructions =
        [
            new Sum(powers[0], [ProgramBuilder.Term(_x, 1024)], []),
            .. Enumerable.Range(1, 4).Select(k => new Products(powers[k], [ProgramBuilder.Product(powers[k - 1], powers[k - 1])])),
        ];
        var slots = Slots().ToDictionary(pair => pair.Key, pair => new[] { pair.Value[0].Select(x => x / 1024).ToArray() });
        var statistics = ErrorCalibration.Run(Program(instructions), new InstructionNoise(Levels), slots, Constants, draws: 4);
        var error = 1.0;
        for (var k = 1; k <= 4; k++)
        {
            error = statistics[$"power{k}"].Gains!.Carry([error]);
            double[] weights = [.. slots["x"][0].Select(x => Math.Pow((1 << k) * Math.Pow(1024 * x, (1 << k) - 1), 2))];
            var deviation = Math.Sqrt(2 * weights.Sum(weight => weight * weight) / 4) / weights.Sum();
            Assert.That(error * error / weights.Average(), Is.EqualTo(1).Within(4 * deviation), $"power {1 << k}");
        }
    }

    /// <summary>An error counts where the other operand is not zero.</summary>
    [Test]
    public void Errors_of_zeros_that_meet_zeros_are_lost()
    {
        Value last = new("last", []), product = new("product", []);
        var half = Grid.SlotCount / 2;
        var statistics = Calibrate(
            new Masked(last, [new MaskTerm(_y, SlotMask.Where(SlotCondition.Is(half, 2, 1)), [])]),
            new Products(product, [ProgramBuilder.Product(_x, last)]));
        var slots = Slots();
        double ofX = slots["y"][0][half..].Sum(y => y * y) / Grid.SlotCount, ofMasked = slots["x"][0].Average(x => x * x);
        // Means of n / 2 squares of errors times squares in [0, 1]: 4 deviations of at most sqrt(2 / (n / 2)) of 1/2.
        var tolerance = 4 * Math.Sqrt(4.0 / Grid.SlotCount) / 2;
        Assert.That(Math.Pow(statistics["product"].Gains!.Carry([1, 0]), 2), Is.EqualTo(ofX).Within(tolerance));
        Assert.That(Math.Pow(statistics["product"].Gains!.Carry([0, 1]), 2), Is.EqualTo(ofMasked).Within(2 * tolerance));
    }

    [Test]
    public void Lowered_and_refreshed_values_are_their_sources()
    {
        Value lower = new("lower", []), refreshed = new("refreshed", []);
        var statistics = Calibrate(
            new Lower(lower, _x, 3), new Refresh([refreshed], [lower], [1], RefreshMethod.Bootstrap), new Free(lower));
        Assert.That(statistics["refreshed"], Is.EqualTo(statistics["x"]));
        Assert.That(statistics["x"].Rms, Is.EqualTo(Math.Sqrt(Slots()["x"][0].Average(x => x * x))).Within(1e-12));
        Assert.That(statistics["x"].Gains, Is.Null);
    }

    [Test]
    public void What_is_not_calibrated_has_no_estimate()
    {
        var sum = new Value("sum", []);
        var program = Program(new Sum(sum, [ProgramBuilder.Term(_x)], [])) with
        {
            Levels = new ProgramLevels(Levels.RefreshedLevel, new Dictionary<string, int> { ["x"] = 3, ["y"] = 3 }),
        };
        var statistics = Slots().ToDictionary(pair => pair.Key, pair => SlotStatistics.Of(pair.Value));
        Assert.That(Estimate, Throws.InvalidOperationException.With.Message.EqualTo("noise: the statistics of sum are missing"));
        statistics["sum"] = statistics["x"];
        Assert.That(Estimate, Throws.InvalidOperationException.With.Message.EqualTo("noise: it is not known how errors meet in sum"));
        Assert.That(() => new ErrorGains([1]).Carry([1, 1]), Throws.ArgumentException.With.Message.Contains("2 operands have errors"));

        void Estimate() => new NoiseEstimate(new InstructionNoise(Levels), program, statistics, Constants).Estimate();
    }

    private IReadOnlyDictionary<string, SlotStatistics> Calibrate(params Instruction[] instructions) =>
        ErrorCalibration.Run(Program(instructions), new InstructionNoise(Levels), Slots(), Constants);

    private EncryptedProgram Program(params Instruction[] instructions) =>
        new(Grid, [_x, _y], [.. instructions], new Dictionary<string, Value>());

    private static Dictionary<string, double[][]> Slots()
    {
        var random = new Random(5);
        return new[] { "x", "y" }.ToDictionary(name => name, _ => new[] { RandomValues.Uniform(random, Grid.SlotCount, -1, 1) });
    }
}
