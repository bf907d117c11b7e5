using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Refreshes on ciphertexts: by bootstraps of any number of vectors and ranges, and by the key holder.</summary>
[TestFixture]
internal sealed class RefreshTests
{
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);

    private static readonly CkksLevels Levels =
        CkksLevels.ForBootstrapping(new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping)));

    private CiphertextRun _run = null!;

    private static IReadOnlyList<ProgramCase> Cases { get; } =
    [
        Case("one vector", 0, RefreshMethod.Bootstrap, (1, 1)),
        Case("odd number", 3, RefreshMethod.Bootstrap, (3, 1)),
        Case("mixed ranges", 0, RefreshMethod.Bootstrap, (1, 16), (2, 1), (1, 4), (1, 1)),
        Case("ranges far apart", 2, RefreshMethod.Bootstrap, (1, 16), (1, 1.0 / 64), (1, 1.0 / 32)),
    ];

    [OneTimeSetUp]
    public void MakeKeys() => _run = new CiphertextRun(Levels, Cases);

    [OneTimeTearDown]
    public void DisposeKeys() => _run.Dispose();

    /// <summary>
    /// Measured root mean squares of 2,048 errors are known within a few per cent. An error passes 16 deviations with a probability of
    /// exp(-16 sqrt(2)), if it has Laplace's distribution, and so one of 2^12 with 10^-6.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void Refreshed_vectors_have_the_estimated_error(ProgramCase item)
    {
        var live = ResidueMemory.LiveBuffers;
        foreach (var errors in _run.Run(item))
        {
            TestContext.Out.WriteLine($"{item}: {errors}");
            Assert.That(errors.Estimate.Level, Is.EqualTo(Levels.Refreshed));
            Assert.That(errors.Excess, Is.InRange(-1, 1), errors.ToString());
            Assert.That(errors.Worst, Is.LessThan(16 * errors.Estimate.Error), errors.ToString());
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "ciphertexts left behind");
    }

    [TestCaseSource(nameof(Cases))]
    public void Injected_noise_has_the_estimated_size(ProgramCase item)
    {
        var (exact, estimates) = CiphertextRun.RunClear(item, _run.Noise);
        var noisy = CiphertextRun.RunClear(item, Levels, new InjectedNoise(_run.Noise, seed: 1));
        foreach (var value in CiphertextRun.ValuesOf(item))
        {
            var errors = CiphertextRun.Compare(value, noisy[value.Name], exact[value.Name], estimates[value]);
            Assert.That(errors.Excess, Is.InRange(-1, 1), errors.ToString());
        }
    }

    [Test]
    public void The_key_holder_refreshes_from_level_0()
    {
        var levels = CkksLevels.ForClient(CkksParameters.Create(NamedParameters.InsecureN11));
        Assert.That((levels.OfCiphertext(0), levels.RefreshedLevel), Is.EqualTo((0, levels.Parameters.MaxLevel)));
        var item = Case("by the key holder", 0, RefreshMethod.Client, new SlotGrid(8, 8, 16), (2, 1), (1, 4));
        using var run = new CiphertextRun(levels, item);
        foreach (var errors in run.Run(item))
        {
            Assert.That(errors.Estimate.Level, Is.EqualTo(levels.Parameters.MaxLevel));
            Assert.That(errors.Excess, Is.InRange(-0.5, 0.5), errors.ToString());
            Assert.That(errors.Worst, Is.LessThan(16 * errors.Estimate.Error), errors.ToString());
        }
    }

    [Test]
    public void Who_is_not_there_cannot_refresh()
    {
        var item = Case("by no one", 0, RefreshMethod.Bootstrap, new SlotGrid(8, 8, 16), (1, 1));
        var levels = CkksLevels.ForClient(CkksParameters.Create(NamedParameters.InsecureN11));
        Assert.That(() => ProgramKeys.Of(item.PlannedFor(levels), levels), Throws.InvalidOperationException.With.Message.Contains(
            "insecure-N11 has no levels for bootstrapping"));
        using var groups = new CkksGroups(levels, new Evaluator(levels.Parameters, EvaluationKeys.Empty(levels.Parameters)));
        Assert.That(
            () => groups.Refresh([], [], RefreshMethod.Bootstrap),
            Throws.InvalidOperationException.With.Message.Contains("no bootstrapper"));
        Assert.That(
            () => groups.Refresh([], [], RefreshMethod.Client), Throws.InvalidOperationException.With.Message.Contains("no key holder"));
    }

    private static ProgramCase Case(string name, int level, RefreshMethod method, params (int Count, double Range)[] groups) =>
        Case(name, level, method, Grid, groups);

    /// <summary>Groups of vectors whose slots are uniform in their range.</summary>
    private static ProgramCase Case(string name, int level, RefreshMethod method, SlotGrid grid, params (int Count, double Range)[] groups)
    {
        Value[] sources = [.. groups.Select((group, i) => new Value($"x{i}", [new Axis("vector", group.Count)]))];
        Value[] results = [.. groups.Select((group, i) => new Value($"y{i}", [new Axis("vector", group.Count)]))];
        var refresh = new Refresh([.. results], [.. sources], [.. groups.Select(group => group.Range)], method);
        var random = new Random(name.Length);
        return new ProgramCase(
            name, new EncryptedProgram(grid, [.. sources], [refresh], results.ToDictionary(result => result.Name)),
            groups.Select((group, i) => (i, group)).ToDictionary(
                item => $"x{item.i}",
                item => Enumerable.Range(0, item.group.Count)
                    .Select(_ => RandomValues.Uniform(random, grid.SlotCount, -item.group.Range, item.group.Range)).ToArray()),
            level);
    }
}
