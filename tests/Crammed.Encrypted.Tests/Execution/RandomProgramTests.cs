using Crammed.Ckks;
using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Programs of random instructions on ciphertexts, bootstraps included.</summary>
[TestFixture]
internal sealed class RandomProgramTests
{
    private static readonly CkksLevels Levels =
        CkksLevels.ForBootstrapping(new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping)));

    private static readonly ProgramCase[] Cases =
        [.. Enumerable.Range(1, 6).Select(seed => RandomProgram.Case(seed, length: 24, Levels.RefreshedLevel))];

    private CiphertextRun _run = null!;

    [OneTimeSetUp]
    public void MakeKeys() => _run = new CiphertextRun(Levels, Cases);

    [OneTimeTearDown]
    public void DisposeKeys() => _run.Dispose();

    /// <summary>
    /// Zeros that meet zeros, a value less itself, slots or vectors of one error that meet again: all that is calibrated. Products of
    /// errors and of messages have heavier tails than Laplace's distribution, so that the largest of 2^12 may pass dozens of deviations.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void Every_group_has_the_values_of_clear_slots_within_the_estimate(ProgramCase item)
    {
        var live = ResidueMemory.LiveBuffers;
        var all = _run.Run(item);
        foreach (var errors in all)
        {
            TestContext.Out.WriteLine($"{errors}");
            Assert.That(errors.Excess, Is.InRange(-1, 1), errors.ToString());
            Assert.That(errors.Worst, Is.LessThan(64 * errors.Estimate.Error), errors.ToString());
        }
        double[] excess = [.. all.Select(errors => errors.Excess).Order()];
        Assert.That(excess[excess.Length / 2], Is.InRange(-0.25, 0.25), "half of all estimates are nearly exact");
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "ciphertexts or encodings left behind");
    }
}
