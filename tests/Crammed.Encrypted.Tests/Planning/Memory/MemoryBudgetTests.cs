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
            (double)ofKeys, Is.EqualTo((double)parts["keys"]).Within(1).Percent,
            "and what buffers are aligned by, most in a small ring");
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
            Throws.InstanceOf<MemoryBudgetException>().With.Message.StartsWith("a run keeps").And.Message.Contains("keys"));
    }

    [Test]
    public void The_parts_of_a_plan_are_all_that_its_run_may_keep()
    {
        var budget = new MemoryBudget(Costs, Levels, 64L << 30);
        var plan = ProgramPlan.Create(
            SyntheticPrograms.Chain(Costs.RefreshedLevel + 3, 4), Costs, new EagerPlacement(),
            new PlanOptions(new Dictionary<string, double> { [$"square_{Costs.RefreshedLevel}"] = 1 }, WorkingBytes: budget.WorkingBytes));
        var parts = budget.PartsOf(plan);
        Assert.That(parts.Select(part => part.Name), Does.Contain("values at the peak").And.Contain("the instruction there"));
        Assert.That(
            parts.Sum(part => part.Bytes), Is.EqualTo(budget.FixedParts(plan.Program).Sum(part => part.Bytes) + plan.WorkingBytes));
        var run = MemoryBudget.Unbounded(plan, Costs, Levels).RunMemory!;
        var native = parts.Where(part => part.Name is not ("runtime" or "frozen weights" or "encoded weights")).Sum(part => part.Bytes);
        Assert.That(run.ResidueBytes, Is.EqualTo(native), "a run without a budget is bound to what it was counted to take");
    }

    /// <summary>Less memory for more time: whole keys, fewer and fewer uniform halves, and then keys that are read again.</summary>
    [Test]
    public void Ways_to_keep_keys_trade_memory_for_time()
    {
        var program = Planned();
        var budget = new MemoryBudget(Costs, Levels, 64L << 30);
        var choices = budget.Choices(program);
        var bytes = choices.Select(choice => budget.FixedParts(program, choice).Sum(part => part.Bytes)).ToArray();
        Assert.That(bytes, Is.Ordered.Descending);
        Assert.That(choices.Select(choice => choice.Milliseconds), Is.Ordered);
        Assert.That(choices[0].UniformHalf, Is.EqualTo(UniformHalf.Held));
        var some = choices.First(choice => choice.WholeKeys.Count > 0);
        Assert.That(some.KeyMemory().UniformHalfOf(some.WholeKeys[0]), Is.EqualTo(UniformHalf.Held));
        Assert.That(some.KeyMemory().UniformHalfOf(new EvaluationKeyId(EvaluationKeyKind.Rotation, 778)), Is.EqualTo(UniformHalf.Expanded));
        // The rotation by 777 is used once, and is at the highest level: it is not among the first to be whole.
        Assert.That(some.WholeKeys, Has.None.EqualTo(new EvaluationKeyId(EvaluationKeyKind.Rotation, 777)));
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
