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
