using System.Globalization;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Bytes of a budget against bytes that the engine hands out.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class MemoryBudgetTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping);
    private static readonly BootstrappingPlan Bootstrapping = new(Parameters);
    private static readonly CkksLevels Levels = CkksLevels.ForBootstrapping(Bootstrapping);
    private static readonly ParameterCosts Costs = new(CostTableText.Include("avx512"), Parameters);

    [Test]
    public void Keys_and_diagonals_take_the_bytes_that_they_are_planned_with()
    {
        var program = Planned();
        var budget = new MemoryBudget(Costs, Levels, 1L << 40);
        var parts = budget.FixedParts(program).ToDictionary(part => part.Name, part => part.Bytes);
        var needed = ProgramKeys.Of(program, Levels);
        using var secret = SecretKey.Generate(Parameters);
        var before = ResidueMemory.LiveBytes;
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(new EvaluationKeyRequest
        {
            RelinearizationLevel = needed.RelinearizationLevel,
            ConjugationLevel = needed.ConjugationLevel,
            Rotations = [.. needed.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
            Encapsulation = needed.Encapsulation,
        });
        var ofKeys = ResidueMemory.LiveBytes - before;
        Assert.That(
            (double)ofKeys, Is.EqualTo((double)(parts["keys of bootstraps"] + parts["other keys"])).Within(1).Percent,
            "and what buffers are aligned by, most in a small ring");
        Assert.That(parts["other keys"], Is.EqualTo(Costs.KeyBytes(Levels.RefreshedLevel)), "the one rotation by 777");
        using var bootstrapper = new Bootstrapper(Bootstrapping, new Evaluator(Parameters, keys), new CkksEncoder(Parameters));
        Assert.That(
            (double)(ResidueMemory.LiveBytes - before - ofKeys), Is.EqualTo((double)parts["diagonals of bootstraps"]).Within(2).Percent,
            "and a few constants");
    }

    [Test]
    public void What_a_total_leaves_is_what_the_parts_do_not_take()
    {
        var program = Planned();
        var parts = new MemoryBudget(Costs, Levels, 1L << 40).FixedParts(program).Sum(part => part.Bytes);
        Assert.That(new MemoryBudget(Costs, Levels, parts + 5).WorkingBytes(program), Is.EqualTo(5));
        Assert.That(
            () => new MemoryBudget(Costs, Levels, parts - (1 << 20)).WorkingBytes(program),
            Throws.InstanceOf<MemoryBudgetException>().With.Message.StartsWith("a run keeps").And.Message.Contains("keys of bootstraps"));
    }

    [Test]
    public void The_table_adds_up()
    {
        var budget = new MemoryBudget(Costs, Levels, 64L << 30);
        var plan = ProgramPlan.Create(
            SyntheticPrograms.Chain(Costs.RefreshedLevel + 3, 4), Costs, new EagerPlacement(),
            new PlanOptions(new Dictionary<string, double> { [$"square_{Costs.RefreshedLevel}"] = 1 }, WorkingBytes: budget.WorkingBytes));
        var lines = budget.Table(plan).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        TestContext.Out.WriteLine(budget.Table(plan));
        var numbers = lines.Select(line => double.Parse(line[24..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)).ToArray();
        Assert.That(numbers[^1], Is.EqualTo(numbers[..^1].Sum()).Within(numbers.Length), "each is rounded");
        Assert.That(lines, Has.Some.StartWith("values at the peak"));
    }

    /// <summary>A bootstrap, and a rotation that bootstraps have no key for.</summary>
    private static EncryptedProgram Planned()
    {
        Value x = new("x", []), refreshed = new("refreshed", []), y = new("y", []);
        return new EncryptedProgram(
            new SlotGrid(16, 8, 16), [x],
            [
                new Refresh([refreshed], [x], [1], RefreshMethod.Bootstrap), new Rotate(y, refreshed, 777),
            ],
            new Dictionary<string, Value> { ["y"] = y })
        {
            Levels = new ProgramLevels(Levels.RefreshedLevel, new Dictionary<string, int> { ["x"] = 0 }),
        };
    }
}
