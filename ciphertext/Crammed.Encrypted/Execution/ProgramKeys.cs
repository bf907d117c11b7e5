using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The evaluation keys that a planned program takes on ciphertexts, before any is made and without running it: plain numbers, which the key
/// holder makes a request of. Levels are those of ciphertexts.
/// </summary>
/// <param name="Rotations">by steps to the left, from 1 to the slots less one: the highest level that it is used at</param>
/// <param name="RelinearizationLevel">highest level of a product, or null for none</param>
/// <param name="ConjugationLevel">level of the conjugation, or null for none</param>
/// <param name="Encapsulation">whether the keys to and from the ephemeral secret are needed</param>
/// <param name="LargestRange">the largest range that the server bootstraps, or null if it does not</param>
public sealed record ProgramKeys(
    IReadOnlyDictionary<int, int> Rotations, int? RelinearizationLevel, int? ConjugationLevel, bool Encapsulation, double? LargestRange)
{
    /// <summary>The keys of a program, those of its bootstraps included.</summary>
    /// <param name="program">after planning</param>
    /// <param name="levels">its levels on ciphertexts</param>
    /// <exception cref="ArgumentException">the program is not planned, or for another number of levels</exception>
    /// <exception cref="InvalidOperationException">it bootstraps and the parameter set cannot</exception>
    public static ProgramKeys Of(EncryptedProgram program, CkksLevels levels)
    {
        var planned = levels.LevelsOf(program);
        var keys = new KeyLevels(levels.Parameters.SlotCount);
        foreach (var instruction in program.Instructions.Where(instruction => instruction.Operands.Count > 0))
            keys.Add(instruction, levels.OfCiphertext(planned[instruction.Operands[0]]), program.Grid);
        var ranges = program.Instructions.OfType<Refresh>().Where(refresh => refresh.Method == RefreshMethod.Bootstrap)
            .SelectMany(refresh => refresh.Ranges).ToArray();
        if (ranges.Length == 0)
            return new ProgramKeys(keys.Rotations, keys.Relinearization, null, false, null);
        if (levels.Parameters.Bootstrapping is null)
            throw new InvalidOperationException($"the program bootstraps, {levels.Parameters.Name} has no levels for bootstrapping");
        var plan = new BootstrappingPlan(levels.Parameters, range: ranges.Max());
        foreach (var (steps, level) in plan.Rotations)
            keys.AddRotation(steps, level);
        keys.AddRelinearization(plan.RelinearizationLevel);
        return new ProgramKeys(keys.Rotations, keys.Relinearization, plan.ConjugationLevel, true, ranges.Max());
    }

    /// <summary>The keys of several programs: each key that one of them takes, up to the highest level of any.</summary>
    public static ProgramKeys Union(params IReadOnlyList<ProgramKeys> programs)
    {
        var rotations = new SortedDictionary<int, int>();
        foreach (var (steps, level) in programs.SelectMany(keys => keys.Rotations))
            rotations[steps] = Math.Max(level, rotations.GetValueOrDefault(steps));
        return new ProgramKeys(
            rotations, programs.Max(keys => keys.RelinearizationLevel), programs.Max(keys => keys.ConjugationLevel),
            programs.Any(keys => keys.Encapsulation), programs.Max(keys => keys.LargestRange));
    }

    /// <summary>The first of these keys that a set does not have, or has for lower levels only, in words; null where it has all.</summary>
    public string? FirstMissing(IReadOnlyList<EvaluationKeyInfo> keys)
    {
        var there = keys.ToDictionary(key => (key.Kind, key.Steps), key => key.Level);
        return Needed().Select(key => there.TryGetValue((key.Kind, key.Steps), out var level)
                ? level >= key.Level ? null : $"{key.Name} for level {key.Level}, only one that serves levels up to {level}"
                : $"{key.Name} for level {key.Level}")
            .FirstOrDefault(words => words is not null);
    }

    private IEnumerable<(EvaluationKeyKind Kind, int Steps, int Level, string Name)> Needed()
    {
        if (RelinearizationLevel is { } products)
            yield return (EvaluationKeyKind.Relinearization, 0, products, "relinearization key");
        if (ConjugationLevel is { } conjugation)
            yield return (EvaluationKeyKind.Conjugation, 0, conjugation, "conjugation key");
        foreach (var (steps, level) in Rotations.OrderBy(rotation => rotation.Key))
            yield return (EvaluationKeyKind.Rotation, steps, level, $"key of a rotation by {steps}");
        if (!Encapsulation)
            yield break;
        // These have one level, which every set that has them has.
        yield return (EvaluationKeyKind.DenseToEphemeral, 0, 0, "key to the ephemeral secret");
        yield return (EvaluationKeyKind.EphemeralToDense, 0, 0, "key from the ephemeral secret");
    }

    /// <summary>The highest level of each key.</summary>
    private sealed class KeyLevels(int slotCount)
    {
        private readonly SortedDictionary<int, int> _rotations = [];

        public IReadOnlyDictionary<int, int> Rotations => _rotations;

        public int? Relinearization { get; private set; }

        public void Add(Instruction instruction, int level, Layouts.SlotGrid grid)
        {
            foreach (var steps in StepsOf(instruction, grid))
                AddRotation(steps, level);
            if (instruction is Products or SquaredDifferences)
                AddRelinearization(level);
            if (instruction is PolynomialOf { Approximation: var polynomial } && polynomial.Plan.ProductCount > 0)
                AddRelinearization(level - polynomial.AffineDepth);
        }

        public void AddRotation(int steps, int level)
        {
            var left = steps & (slotCount - 1);
            if (left != 0)
                _rotations[left] = Math.Max(level, _rotations.GetValueOrDefault(left));
        }

        public void AddRelinearization(int level) => Relinearization = Math.Max(level, Relinearization ?? 0);

        private static IEnumerable<int> StepsOf(Instruction instruction, Layouts.SlotGrid grid) => instruction switch
        {
            Rotate rotate => AllOf(rotate.Steps),
            RotateAndSum rotate => AllOf(rotate.Steps),
            Fold fold => Doublings(fold),
            LinearMap map => BlockShift.Of(map, grid).SelectMany(shift => shift.Steps),
            _ => [],
        };

        /// <summary>Every value of an index: its steps are over axes that the instruction's loops run over.</summary>
        private static IEnumerable<int> AllOf(AxisIndex index)
        {
            var axes = index.Steps.Select(step => step.Axis).Distinct().ToArray();
            var point = new LoopPoint();
            return point.Over(axes).Select(_ => index.At(point)).Distinct();
        }

        private static IEnumerable<int> Doublings(Fold fold)
        {
            for (var done = 1; done < fold.Count; done *= 2)
                yield return fold.Stride * done;
        }
    }
}
