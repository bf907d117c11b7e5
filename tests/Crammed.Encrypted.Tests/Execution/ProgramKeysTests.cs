using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>The keys of a program, counted by hand. That they are enough, the runs on ciphertexts show, which have no others.</summary>
[TestFixture]
internal sealed class ProgramKeysTests
{
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping);
    private static readonly CkksLevels Levels = CkksLevels.ForBootstrapping(new BootstrappingPlan(Parameters));
    private static readonly Axis Step = new("step", 3);

    private readonly Value _x = new("x", [Step]);

    [Test]
    public void Each_rotation_has_the_highest_level_that_it_is_used_at()
    {
        Value lower = new("lower", [Step]), rotated = new("rotated", [Step]), sum = new("sum", []), folded = new("folded", []);
        var keys = KeysOf(
            new Rotate(rotated, _x[Step], Step * 128 - 128),
            new Lower(lower, _x, 7),
            new RotateAndSum(sum, lower[Step], Step * 64, [Step]),
            new Fold(folded, sum, 32, 8));
        // -128, 0 and 128 at the refreshed level; 0, 64 and 128 at level 7; 32, 64 and 128 there. A program's level 0 is level 3 here.
        Assert.That(keys.Rotations, Is.EquivalentTo(new Dictionary<int, int> { [2048 - 128] = 18, [128] = 18, [64] = 10, [32] = 10 }));
        Assert.That(
            (keys.RelinearizationLevel, keys.ConjugationLevel, keys.Encapsulation, keys.LargestRange),
            Is.EqualTo(((int?)null, (int?)null, false, (double?)null)));
    }

    [Test]
    public void Blocks_are_shifted_no_further_than_they_are_used()
    {
        var y = new Value("y", [new Axis("feature", 2)]);
        var keys = KeysOf(new LinearMap([y], [new FeatureBlocks(3, 2)], [_x], [new FeatureBlocks(5, 3)], [new FrozenMatrix("w")]));
        // Features come from up to 4 blocks ahead and 2 blocks back.
        Assert.That(keys.Rotations.Keys, Is.EquivalentTo(new[] { 1, 2, 3, 4, 2048 - 1, 2048 - 2 }));
        Assert.That(keys.Rotations.Values, Is.All.EqualTo(18));
    }

    [Test]
    public void Products_and_polynomials_are_relinearized_where_they_begin()
    {
        Value lower = new("lower", [Step]), product = new("product", [Step]), polynomial = new("polynomial", [Step]);
        var scaled = ChebyshevFit.Interpolate(Math.Exp, new Interval(-2, 2), 7);
        Instruction atSeven = new Lower(lower, _x, 7), multiply = new Products(product, [ProgramBuilder.Product(lower, lower)]);
        var function = new PolynomialOf(polynomial, lower, "exp", scaled);
        Assert.That(KeysOf(atSeven, multiply).RelinearizationLevel, Is.EqualTo(10));
        // The domain is mapped onto [-1, 1] before the first product.
        Assert.That(KeysOf(atSeven, function).RelinearizationLevel, Is.EqualTo(9));
        Assert.That(KeysOf(atSeven, function, multiply).RelinearizationLevel, Is.EqualTo(10));
    }

    [Test]
    public void Bootstraps_bring_their_keys()
    {
        var plan = new BootstrappingPlan(Parameters);
        var y = new Value("y", [Step]);
        var keys = KeysOf(new Refresh([y], [_x], [4], RefreshMethod.Bootstrap));
        Assert.That(keys.Rotations, Is.EquivalentTo(plan.Rotations.ToDictionary(rotation => rotation.Steps, rotation => rotation.Level)));
        Assert.That(
            (keys.RelinearizationLevel, keys.ConjugationLevel, keys.Encapsulation, keys.LargestRange),
            Is.EqualTo(((int?)plan.RelinearizationLevel, (int?)plan.ConjugationLevel, true, (double?)4)));
        Assert.That(KeysOf(new Refresh([y], [_x], [4], RefreshMethod.Client)).Encapsulation, Is.False);
    }

    /// <summary>The union of random sets, key by key, against a list of all; and what a set of keys misses of it.</summary>
    [Test]
    public void Unions_have_each_key_at_its_highest_level([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        ProgramKeys[] programs = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomKeys(random))];
        var union = ProgramKeys.Union(programs);
        foreach (var steps in Enumerable.Range(1, 8))
        {
            int[] levels = [.. programs.Where(keys => keys.Rotations.ContainsKey(steps)).Select(keys => keys.Rotations[steps])];
            Assert.That(union.Rotations.TryGetValue(steps, out var level), Is.EqualTo(levels.Length > 0));
            Assert.That(level, Is.EqualTo(levels.DefaultIfEmpty(0).Max()));
        }
        Assert.That(union.RelinearizationLevel, Is.EqualTo(programs.Select(keys => keys.RelinearizationLevel).Max()));
        Assert.That(union.ConjugationLevel, Is.EqualTo(programs.Select(keys => keys.ConjugationLevel).Max()));
        Assert.That(union.Encapsulation, Is.EqualTo(programs.Any(keys => keys.Encapsulation)));
        Assert.That(union.LargestRange, Is.EqualTo(programs.Select(keys => keys.LargestRange).Max()));
        var infos = InfosOf(union);
        foreach (var keys in programs.Append(union))
            Assert.That(keys.FirstMissing(infos), Is.Null);
        foreach (var info in infos)
        {
            EvaluationKeyInfo[] without = [.. infos.Where(other => other != info)];
            Assert.That(union.FirstMissing(without), Does.Contain(info.Kind switch
            {
                EvaluationKeyKind.Relinearization => "relinearization key",
                EvaluationKeyKind.Conjugation => "conjugation key",
                EvaluationKeyKind.Rotation => $"rotation by {info.Steps} for level {info.Level}",
                EvaluationKeyKind.DenseToEphemeral => "to the ephemeral",
                _ => "from the ephemeral",
            }));
            if (info.Level > 0 && info.Kind is not (EvaluationKeyKind.DenseToEphemeral or EvaluationKeyKind.EphemeralToDense))
            {
                Assert.That(
                    union.FirstMissing([.. without, info with { Level = info.Level - 1 }]),
                    Does.EndWith($" for level {info.Level}, only one that serves levels up to {info.Level - 1}"));
            }
        }
    }

    [Test]
    public void A_union_of_nothing_needs_no_key() => Assert.That(ProgramKeys.Union().FirstMissing([]), Is.Null);

    [Test]
    public void A_program_that_is_not_planned_for_these_levels_is_refused()
    {
        Value product = new("product", [Step]), sum = new("sum", [Step]);
        Instruction[] instructions =
        [
            new Products(product, [ProgramBuilder.Product(_x, _x)]),
            new Sum(sum, [ProgramBuilder.Term(_x), ProgramBuilder.Term(product)], []),
        ];
        Assert.That(() => KeysOf(instructions), Throws.ArgumentException.With.Message.EqualTo("sum: Sum reads levels 14 and 15"));
        var program = Program(instructions);
        Assert.That(
            () => ProgramKeys.Of(program with { Levels = null }, Levels), Throws.ArgumentException.With.Message.Contains("not planned"));
        Assert.That(
            () => ProgramKeys.Of(program with { Levels = new ProgramLevels(14, new Dictionary<string, int> { ["x"] = 14 }) }, Levels),
            Throws.ArgumentException.With.Message.EqualTo(
                $"the program was planned for refreshes to level 14, {Parameters.Name} refreshes to level 15"));
    }

    private ProgramKeys KeysOf(params Instruction[] instructions) => ProgramKeys.Of(Program(instructions), Levels);

    private EncryptedProgram Program(Instruction[] instructions) =>
        new(Grid, [_x], [.. instructions], new Dictionary<string, Value>())
        {
            Levels = new ProgramLevels(Levels.RefreshedLevel, new Dictionary<string, int> { ["x"] = Levels.RefreshedLevel }),
        };

    private static ProgramKeys RandomKeys(Random random) => new(
        Enumerable.Range(1, 8).Where(_ => random.Next(2) == 0).ToDictionary(steps => steps, _ => random.Next(1, 10)),
        random.Next(2) == 0 ? null : random.Next(1, 10), random.Next(2) == 0 ? null : random.Next(1, 10), random.Next(2) == 0,
        random.Next(2) == 0 ? null : random.Next(1, 10));

    /// <summary>What a set of exactly these keys lists.</summary>
    private static EvaluationKeyInfo[] InfosOf(ProgramKeys keys)
    {
        List<EvaluationKeyInfo> infos =
            [.. keys.Rotations.Select(rotation => Info(EvaluationKeyKind.Rotation, rotation.Value, rotation.Key))];
        if (keys.RelinearizationLevel is { } products)
            infos.Add(Info(EvaluationKeyKind.Relinearization, products));
        if (keys.ConjugationLevel is { } conjugation)
            infos.Add(Info(EvaluationKeyKind.Conjugation, conjugation));
        if (keys.Encapsulation)
            infos.AddRange([Info(EvaluationKeyKind.DenseToEphemeral, 0), Info(EvaluationKeyKind.EphemeralToDense, Parameters.MaxLevel)]);
        return [.. infos];

        static EvaluationKeyInfo Info(EvaluationKeyKind kind, int level, int steps = 0) => new(
            kind, steps, GaloisElement: 1, level, DigitCount: 1, LimbCount: 1, Moduli: [], MemoryBytes: 0, FileBytes: 0, IsLoaded: false);
    }
}
