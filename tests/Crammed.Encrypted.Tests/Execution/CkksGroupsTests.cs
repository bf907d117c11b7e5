using Crammed.Ckks;
using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>
/// Every verb on ciphertexts: what they decrypt to against clear slots, and the error against its estimate, in both directions.
/// </summary>
[TestFixture]
internal sealed class CkksGroupsTests
{
    private static readonly CkksLevels Levels =
        CkksLevels.ForBootstrapping(new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping)));

    private CiphertextRun _run = null!;

    [OneTimeSetUp]
    public void MakeKeys() => _run = new CiphertextRun(Levels, VerbCases.All);

    [OneTimeTearDown]
    public void DisposeKeys() => _run.Dispose();

    /// <summary>
    /// Root mean squares of thousands of errors are known within a few per cent; estimates take the errors of sums' terms as independent,
    /// which some here are not quite. Of 2^13 errors with Laplace's distribution, the heaviest that occurs, one passes 16 deviations with
    /// a probability of 2^13 exp(-16 sqrt(2)) = 10^-6.
    /// </summary>
    [TestCaseSource(typeof(VerbCases), nameof(VerbCases.All))]
    public void Ciphertexts_hold_the_values_of_clear_slots_with_the_estimated_error(ProgramCase item)
    {
        var live = ResidueMemory.LiveBuffers;
        var errors = _run.Run(item).Single();
        TestContext.Out.WriteLine($"{item}: {errors}");
        Assert.That(errors.Excess, Is.InRange(-0.5, 0.5), errors.ToString());
        Assert.That(errors.Worst, Is.LessThan(16 * errors.Estimate.Error), errors.ToString());
        Assert.That(errors.MessageRms, Is.GreaterThan(1000 * errors.Rms), "the error is small beside what is compared");
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "ciphertexts or encodings left behind");
    }

    /// <summary>Noise that is injected into clear slots has the size of that of ciphertexts.</summary>
    [TestCaseSource(typeof(VerbCases), nameof(VerbCases.All))]
    public void Injected_noise_has_the_estimated_size(ProgramCase item)
    {
        var (exact, estimates) = CiphertextRun.RunClear(item, _run.Noise);
        var noisy = CiphertextRun.RunClear(item, Levels, new InjectedNoise(_run.Noise, seed: 1));
        var value = CiphertextRun.ValuesOf(item).Single();
        var errors = CiphertextRun.Compare(value, noisy[value.Name], exact[value.Name], estimates[value]);
        Assert.That(errors.Excess, Is.InRange(-0.5, 0.5), errors.ToString());
        var again = CiphertextRun.RunClear(item, Levels, new InjectedNoise(_run.Noise, seed: 1));
        Assert.That(again[value.Name], Is.EqualTo(noisy[value.Name]), "the noise of a seed is the same in every run");
    }

    [Test]
    public void What_has_no_level_left_is_refused()
    {
        foreach (var item in VerbCases.All.Where(item => item.Level is > 0 and < 15))
        {
            var below = item with { Level = item.Level - 1 };
            Assert.That(() => _run.Execute(below), Throws.InvalidOperationException, item.Name);
            Assert.That(() => CiphertextRun.RunClear(below, Levels, null), Throws.InvalidOperationException, item.Name);
        }
    }
}
