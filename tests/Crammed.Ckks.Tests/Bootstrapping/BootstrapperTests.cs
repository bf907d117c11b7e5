using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Whole bootstraps over a small ring, which has the levels and primes of the large one and less noise.</summary>
[TestFixture]
internal sealed class BootstrapperTests
{
    /// <summary>What DESIGN's simulation gives at N = 2^16; noise over a ring of 2^11 is smaller.</summary>
    private const double WorstBits = 17, RmsBits = 20;

    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private static IEnumerable<TestCaseData> Messages()
    {
        int count = Parameters.SlotCount;
        var random = new Random(5);
        yield return Named("uniform", _ => new Complex(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1));
        yield return Named("constant", _ => new Complex(1, -1));
        yield return Named("single spike", i => i == 77 ? Complex.One : Complex.Zero);
        yield return Named("alternating", i => i % 2 == 0 ? Complex.One : -Complex.One);

        TestCaseData Named(string name, Func<int, Complex> value) =>
            new TestCaseData(Enumerable.Range(0, count).Select(value).ToArray()).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Messages))]
    public void Full_slots_come_back(Complex[] message) => AssertBootstraps(message, 0);

    [Test]
    public void Sparse_slots_come_back([Values(2, 16, 256)] int slots)
    {
        var random = new Random(slots);
        Complex[] period = [.. Enumerable.Range(0, slots).Select(_ => new Complex(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1))];
        AssertBootstraps([.. Enumerable.Range(0, Parameters.SlotCount).Select(i => period[i % slots])], slots);
    }

    /// <summary>
    /// Twenty bootstraps with a product by 1 in between, which takes the usable levels: errors add up like independent ones, so that twenty
    /// leave log2(sqrt(20)) = 2.2 bits less than one.
    /// </summary>
    [Test]
    public void Bootstraps_in_a_row_keep_their_precision()
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters));
        var random = new Random(8);
        Complex[] message = [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5))];
        using Ciphertext one = setup.Encrypt([.. Enumerable.Repeat(Complex.One, Parameters.SlotCount)], setup.Plan.OutputLevel);
        Ciphertext current = setup.Encrypt(message, setup.Plan.InputLevel);
        for (int round = 0; round < 20; round++)
        {
            using Ciphertext operand = current;
            using Ciphertext raised = setup.Bootstrapper.Bootstrap(operand);
            using Ciphertext product = setup.Evaluator.Multiply(raised, one);
            using Ciphertext worked = setup.Evaluator.RelinearizeAndRescale(product);
            current = setup.Evaluator.LowerTo(worked, setup.Plan.InputLevel);
        }
        using (current)
        {
            (double rms, double worst) = setup.ErrorBits(current, message);
            TestContext.Out.WriteLine($"{rms:F1} bits rms, {worst:F1} bits worst");
            Assert.That(rms, Is.GreaterThan(RmsBits - 2.2));
            Assert.That(worst, Is.GreaterThan(WorstBits - 2.2));
        }
    }

    [Test]
    public void What_cannot_be_bootstrapped_is_refused()
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters));
        Complex[] zeros = new Complex[Parameters.SlotCount];
        using Ciphertext low = setup.Encrypt(zeros, setup.Plan.InputLevel - 1), good = setup.Encrypt(zeros, setup.Plan.InputLevel + 1);
        using Ciphertext square = setup.Evaluator.Square(good);
        long live = ResidueMemory.LiveBuffers;
        Refused("Bootstrap: SlotsToCoeffs takes 3 levels, the operand has 2", () => setup.Bootstrapper.Bootstrap(low));
        Refused("LowerTo", () => setup.Bootstrapper.Bootstrap(square));
        Assert.That(
            () => new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN11)),
            Throws.ArgumentException.With.Message.Contains("insecure-N11 has no levels for bootstrapping"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static void Refused(string message, Func<Ciphertext> bootstrap) =>
            Assert.That(() => bootstrap(), Throws.InvalidOperationException.With.Message.StartsWith(message));
    }

    [Test]
    public void A_plan_names_levels_and_keys()
    {
        var plan = new BootstrappingPlan(CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping));
        Assert.That((plan.InputLevel, plan.OutputLevel, plan.UsableLevels, plan.Repetitions), Is.EqualTo((3, 15, 12, 1)));
        Assert.That(plan.Rotations.Select(rotation => rotation.Steps), Is.Unique.And.All.InRange(1, plan.Slots - 1));
        Assert.That(plan.ToString(), Does.Contain("12 usable levels"));
    }

    private static void AssertBootstraps(Complex[] message, int slots)
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters, slots));
        long live = ResidueMemory.LiveBuffers;
        using (Ciphertext operand = setup.Encrypt(message, setup.Plan.InputLevel))
        using (Ciphertext result = setup.Bootstrapper.Bootstrap(operand))
        {
            Assert.That((result.Level, result.Scale), Is.EqualTo((setup.Plan.OutputLevel, Parameters.ScaleAt(setup.Plan.OutputLevel))));
            (double rms, double worst) = setup.ErrorBits(result, message);
            TestContext.Out.WriteLine($"{rms:F1} bits rms, {worst:F1} bits worst");
            Assert.That(rms, Is.GreaterThan(RmsBits));
            Assert.That(worst, Is.GreaterThan(WorstBits));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }
}
