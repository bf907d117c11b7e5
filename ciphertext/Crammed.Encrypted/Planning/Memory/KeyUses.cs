using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>One pass over a switching key: it is read, or expanded, once for all ciphertexts of a batch.</summary>
/// <param name="Kind">what the key is for</param>
/// <param name="Steps">of a rotation to the left, 0 otherwise</param>
/// <param name="Level">of the ciphertexts</param>
internal readonly record struct KeyUse(EvaluationKeyKind Kind, int Steps, int Level);

/// <summary>
/// The passes of instructions over keys, in the order in which a run on ciphertexts makes them. The numbers of vectors at a time are
/// <see cref="WorkingSets"/>.
/// </summary>
/// <param name="grid">the slots</param>
/// <param name="levels">of programs</param>
/// <param name="bootstrapping">of the largest range, or null where no instruction bootstraps</param>
internal sealed class KeyUses(SlotGrid grid, CkksLevels levels, BootstrappingPlan? bootstrapping)
{
    /// <summary>Passes of all instructions of a planned program.</summary>
    public IEnumerable<KeyUse> Of(EncryptedProgram program)
    {
        var planned = levels.LevelsOf(program);
        return program.Instructions.Where(instruction => instruction.Operands.Count > 0)
            .SelectMany(instruction => Of(instruction, levels.OfCiphertext(planned[instruction.Operands[0]])));
    }

    private IEnumerable<KeyUse> Of(Instruction instruction, int level) => instruction switch
    {
        Products or SquaredDifferences => Relinearizations(Chunks(instruction.Results[0].Count, WorkingSets.Batch), level),
        Rotate rotate => Rotations(Terms(rotate.Operand, rotate.Steps, rotate.Result.Axes), level),
        RotateAndSum rotate => Rotations(Terms(rotate.Operand, rotate.Steps, [.. rotate.Result.Axes, .. rotate.Over]), level),
        Fold fold => Enumerable.Range(0, Chunks(fold.Result.Count, WorkingSets.Batch)).SelectMany(_ => Doublings(fold))
            .SelectMany(steps => Rotation(steps, level)),
        PolynomialOf polynomial => OfPolynomial(polynomial, level),
        LinearMap map => OfMap(map, level),
        Refresh { Method: RefreshMethod.Bootstrap } refresh => OfBootstraps(refresh),
        _ => [],
    };

    private static int Chunks(int count, int size) => (count + size - 1) / size;

    private static IEnumerable<KeyUse> Relinearizations(int count, int level) =>
        Enumerable.Repeat(new KeyUse(EvaluationKeyKind.Relinearization, 0, level), count);

    /// <summary>A vector and how far it is rotated, for every point.</summary>
    private static IEnumerable<(int Vector, int Steps)> Terms(Operand operand, AxisIndex steps, IReadOnlyList<Axis> axes)
    {
        var point = new LoopPoint();
        foreach (var _ in point.Over(axes))
            yield return (operand.At(point), steps.At(point));
    }

    /// <summary>Several rotations of one vector are hoisted, each by its key; single ones go in batches of one key.</summary>
    private IEnumerable<KeyUse> Rotations(IEnumerable<(int Vector, int Steps)> terms, int level)
    {
        var byVector = terms.Where(term => term.Steps % grid.SlotCount != 0).GroupBy(term => term.Vector, term => term.Steps)
            .Select(group => group.ToArray()).ToArray();
        return byVector.Where(steps => steps.Length > 1).SelectMany(steps => steps)
            .Concat(byVector.Where(steps => steps.Length == 1).GroupBy(steps => steps[0])
                .SelectMany(group => Enumerable.Repeat(group.Key, Chunks(group.Count(), WorkingSets.Batch))))
            .SelectMany(steps => Rotation(steps, level));
    }

    private IEnumerable<KeyUse> Rotation(int steps, int level) =>
        (steps & (levels.Parameters.SlotCount - 1)) is > 0 and var left ? [new KeyUse(EvaluationKeyKind.Rotation, left, level)] : [];

    private static IEnumerable<int> Doublings(Fold fold)
    {
        for (var done = 1; done < fold.Count; done *= 2)
            yield return fold.Stride * done;
    }

    private IEnumerable<KeyUse> OfPolynomial(PolynomialOf polynomial, int level)
    {
        int vectors = polynomial.Result.Count, batches = Chunks(vectors, WorkingSets.PolynomialBatch);
        var counts = OperationCounts.Of(polynomial, grid).ByLevel;
        return counts.Where(entry => entry.Key.Operation == EngineOperation.Relinearization)
            .SelectMany(entry => Relinearizations((int)(entry.Value / vectors) * batches, level - entry.Key.Below));
    }

    private IEnumerable<KeyUse> OfMap(LinearMap map, int level)
    {
        var steps = BlockShift.Of(map, grid).SelectMany(shift => shift.Steps).SelectMany(moved => Rotation(moved, level)).ToArray();
        var shifted = map.ShiftsInputs ? map.Inputs.Sum(input => input.Count) : map.Outputs.Sum(output => output.Count);
        return Enumerable.Range(0, shifted).SelectMany(_ => steps);
    }

    private IEnumerable<KeyUse> OfBootstraps(Refresh refresh)
    {
        var calls = RefreshPairs.Calls(refresh.VectorRanges).Count;
        KeyUse[] passes = [.. bootstrapping!.KeyPasses.Select(pass => new KeyUse(pass.Kind, pass.Steps, pass.Level))];
        return Enumerable.Range(0, calls).SelectMany(_ => passes);
    }
}
