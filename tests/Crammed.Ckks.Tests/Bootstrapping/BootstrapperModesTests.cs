using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Real slots, pairs, batches, ranges, iterations and the checked mode, over a small ring.</summary>
[TestFixture]
internal sealed class BootstrapperModesTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private BootstrapSetup _unit = null!;

    [OneTimeSetUp]
    public void MakeKeys() => _unit = new BootstrapSetup(new BootstrappingPlan(Parameters), isChecked: true);

    [OneTimeTearDown]
    public void DisposeKeys() => _unit.Dispose();

    /// <summary>The same steps on the same residues: a batch changes nothing but the order of the work.</summary>
    [Test]
    public void A_batch_equals_single_bootstraps()
    {
        Complex[][] messages = [.. Enumerable.Range(0, 3).Select(seed => Uniform(1, seed))];
        Ciphertext[] operands = [.. messages.Select(message => _unit.Encrypt(message, _unit.Plan.InputLevel))];
        var batch = _unit.Bootstrapper.BootstrapBatch(operands);
        for (var i = 0; i < operands.Length; i++)
        {
            using var single = _unit.Bootstrapper.Bootstrap(operands[i]);
            Assert.That(_unit.Decrypt(batch[i]), Is.EqualTo(_unit.Decrypt(single)));
            operands[i].Dispose();
            batch[i].Dispose();
        }
    }

    [Test]
    public void Diagonals_kept_as_coefficients_give_the_same()
    {
        var message = Uniform(1, 4);
        var plan = new BootstrappingPlan(Parameters);
        using var compact = new BootstrapSetup(plan, DiagonalStorage.Coefficients);
        using Ciphertext operand = compact.Encrypt(message, plan.InputLevel), result = compact.Bootstrapper.Bootstrap(operand);
        using var transformed = new Bootstrapper(plan, compact.Evaluator, new CkksEncoder(Parameters));
        using var expected = transformed.Bootstrap(operand);
        Assert.That(compact.Decrypt(result), Is.EqualTo(compact.Decrypt(expected)));
        Assert.That(compact.Bootstrapper.Bytes, Is.LessThan(transformed.Bytes / 2));
    }

    [Test]
    public void Real_slots_come_back_without_imaginary_parts()
    {
        Complex[] message = [.. Uniform(1, 5).Select(value => new Complex(value.Real, 0))];
        using Ciphertext operand = _unit.Encrypt(message, _unit.Plan.InputLevel), real = _unit.Bootstrapper.BootstrapReal(operand);
        using var complex = _unit.Bootstrapper.Bootstrap(operand);
        var slots = _unit.Decrypt(real);
        Assert.That(real.Level, Is.EqualTo(_unit.Plan.OutputLevel));
        // The same half was evaluated on the same residues; only the imaginary one is missing, and the noise that it adds to real parts.
        Assert.That(slots, Is.EqualTo(_unit.Decrypt(complex)).Using<Complex>((x, y) => Math.Abs(x.Real - y.Real) < 1e-7));
        Assert.That(_unit.ErrorBits(real, message).Worst, Is.GreaterThan(_unit.ErrorBits(complex, message).Worst - 1));
    }

    [Test]
    public void Two_real_ciphertexts_share_a_bootstrap()
    {
        Complex[] first = [.. Uniform(1, 6).Select(value => new Complex(value.Real, 0))];
        Complex[] second = [.. Uniform(1, 7).Select(value => new Complex(value.Real, 0))];
        using Ciphertext a = _unit.Encrypt(first, _unit.Plan.InputLevel), b = _unit.Encrypt(second, _unit.Plan.InputLevel + 2);
        (var x, var y) = _unit.Bootstrapper.BootstrapPair(a, b);
        using (x)
        using (y)
        {
            // A pair is a complex message, the sum of both operands, the second of them lowered; its halves stay apart.
            Complex[] both = [.. first.Zip(second, (u, v) => new Complex(u.Real, v.Real))];
            double[] errors = [.. RealErrors(x, first), .. RealErrors(y, second)];
            var level = _unit.Plan.InputLevel;
            var operand = _unit.Noise.Add(_unit.Fresh(first, level), _unit.Noise.LowerTo(_unit.Fresh(second, level + 2), level));
            BootstrapAssert.AreAsEstimated([errors], _unit.Estimate(both, operand, recombined: false));
            Assert.That((x.Level, y.Level), Is.EqualTo((_unit.Plan.OutputLevel, _unit.Plan.OutputLevel)));
        }
    }

    /// <summary>Each half has the precision of its own range, with the plan's one set of diagonals.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void Vectors_of_several_ranges_share_a_bootstrapper(int iterations)
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters, range: 16, iterations: iterations), isChecked: true);
        var level = setup.Plan.InputLevel;
        double[] ranges = [16, 16, 1, 4];
        Complex[][] messages = [.. ranges.Select((range, seed) => Real(range, seed))];
        Ciphertext[] operands = [.. messages.Select(message => setup.Encrypt(message, level))];
        RangedCiphertext[] ranged = [.. operands.Zip(ranges, (operand, range) => new RangedCiphertext(operand, range))];
        var live = ResidueMemory.LiveBuffers;
        var pairs = setup.Bootstrapper.BootstrapPairs([(ranged[0], ranged[1]), (ranged[2], ranged[3])]);
        Ciphertext[] results =
            [.. pairs.SelectMany(pair => new[] { pair.First, pair.Second }), setup.Bootstrapper.BootstrapReal(ranged[2])];
        for (var i = 0; i < results.Length; i++)
        {
            var operand = i == 4 ? 2 : i;
            double[] errors = [.. setup.Errors(results[i], messages[operand])[..Parameters.SlotCount]];
            // A pair is one complex message, what the other has in its imaginary parts enlarged as the ranges are apart; halves stay apart.
            var pair = setup.Fresh(messages[operand], level);
            if (i < 4)
            {
                var (other, enlargement) = (setup.Fresh(messages[i ^ 1], level), ranges[i] / ranges[i ^ 1]);
                pair = setup.Noise.Add(pair, other with { Rms = other.Rms * enlargement, Error = other.Error * enlargement });
            }
            double[] parts = [.. messages[operand].Select(slot => slot.Real)];
            var estimate = setup.Noise.Bootstrap(setup.Plan, pair, parts, recombined: false, ranges[operand]);
            if (iterations == 1)
                BootstrapAssert.AreAsEstimated([errors], estimate);
            else if (i == 4)
                Assert.That(Math.Sqrt(errors.Average(error => error * error)), Is.LessThan(estimate.Error / 4), "a second iteration");
            results[i].Dispose();
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Assert.That(
            () => setup.Bootstrapper.BootstrapReal(new RangedCiphertext(operands[0], 3)),
            Throws.ArgumentException.With.Message.StartsWith("a bootstrap of range 16 takes ranges that it is a multiple of, 3 is not"));
        foreach (var operand in operands)
            operand.Dispose();
    }

    /// <summary>
    /// One bootstrap of range 2^12 has 12 bits less than one of unit range. The second leaves 2^-14 of its error, and the roundings of three
    /// rescales at the output's scale (of both results and of the one that is taken from the operand), and of the operand's.
    /// </summary>
    [Test]
    public void A_second_iteration_brings_the_precision_back()
    {
        const double Range = 4096;
        using var single = new BootstrapSetup(new BootstrappingPlan(Parameters, range: Range));
        using var iterated = new BootstrapSetup(new BootstrappingPlan(Parameters, range: Range, iterations: 2));
        double once = Rms(single, Range), twice = Rms(iterated, Range);
        var estimator = new NoiseEstimator(Parameters);
        var floor = Math.Min(estimator.Floor(iterated.Plan.OutputLevel), estimator.Floor(iterated.Plan.InputLevel));
        double left = Math.Pow(2, -once - 14), rounding = 4 * floor;
        Assert.That(twice, Is.GreaterThan(-Math.Log2(Math.Sqrt(left * left + rounding * rounding)) - 0.5));
        Assert.That(twice, Is.GreaterThan(once + 8));
    }

    [Test]
    public void Checked_mode_refuses_slots_beyond_the_range()
    {
        var message = Uniform(1, 8);
        message[17] = new Complex(0.5, -1.25);
        using var operand = _unit.Encrypt(message, _unit.Plan.InputLevel);
        var live = ResidueMemory.LiveBuffers;
        Assert.That(
            () => _unit.Bootstrapper.Bootstrap(operand),
            Throws.InvalidOperationException.With.Message.StartsWith("Bootstrap: a part of slot 17 is 1.25 in size, the plan's range is 1;"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Missing_keys_are_named_before_anything_is_encoded()
    {
        var live = ResidueMemory.LiveBuffers;
        var evaluator = new Evaluator(Parameters, EvaluationKeys.Empty(Parameters));
        Assert.That(
            () => new Bootstrapper(_unit.Plan, evaluator, new CkksEncoder(Parameters)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                $"Bootstrapper: {_unit.Plan.Rotations.Count + 4} of {_unit.Plan.Rotations.Count + 4} keys are missing, the first of them "
                + $"Relinearization for level {_unit.Plan.EvalMod.InputLevel}: there is none"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [TestCase(0, 1)]
    [TestCase(double.NaN, 1)]
    [TestCase(1e7, 1)]
    [TestCase(1, 0)]
    [TestCase(1, 3)]
    public void Ranges_and_iterations_are_checked(double range, int iterations) =>
        Assert.That(
            () => new BootstrappingPlan(Parameters, range: range, iterations: iterations), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private double[] RealErrors(Ciphertext ciphertext, Complex[] expected) =>
        [.. _unit.Decrypt(ciphertext).Zip(expected, (x, y) => x.Real - y.Real)];

    private static double Rms(BootstrapSetup setup, double range)
    {
        var message = Uniform(range, 9);
        using Ciphertext operand = setup.Encrypt(message, setup.Plan.InputLevel), result = setup.Bootstrapper.Bootstrap(operand);
        var rms = setup.ErrorBits(result, message).Rms;
        TestContext.Out.WriteLine($"range {range}, {setup.Plan.Iterations} iterations: {rms:F1} bits rms");
        return rms;
    }

    private static Complex[] Real(double range, int seed) => [.. Uniform(range, seed).Select(value => new Complex(value.Real, 0))];

    private static Complex[] Uniform(double range, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => new Complex(Value(), Value()))];

        double Value() => range * (2 * random.NextDouble() - 1);
    }
}
