using Crammed.Ckks;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The noise that an instruction adds to its results, over all their vectors, whatever the errors of its operands: what
/// <see cref="VerbNoise"/> injects, by groups. Of refreshes <see cref="NoiseEstimate"/> knows.
/// </summary>
internal sealed class AddedNoise(InstructionNoise noise, SlotGrid grid, ProgramConstants constants)
{
    private readonly NoiseEstimator _estimator = noise.Estimator;

    /// <summary>The last one: its results are asked for one after the other.</summary>
    private (LinearMap Map, LinearMapNoise Noise)? _map;

    /// <param name="instruction">which</param>
    /// <param name="result">place of the result</param>
    /// <param name="level">the operands' level</param>
    /// <param name="rms">root mean square of each operand's slots</param>
    /// <param name="sample">of the first operand's slots</param>
    public NoiseParts Of(
        Instruction instruction, int result, int level, IReadOnlyList<double> rms, IReadOnlyList<double> sample) => instruction switch
        {
            Sum sum => new NoiseParts(RootOfSquares(sum.Constants.Select(mask => noise.Encoding(At(mask), level))), 0),
            Products or SquaredDifferences => NoiseParts.Equal(noise.Product(level)),
            Masked masked => OfMasked(masked, level, rms),
            Rotate rotate => NoiseParts.Equal(Math.Sqrt(PartThatMoves(rotate.Steps)) * noise.KeySwitch(level)),
            RotateAndSum rotate => OfRotations(rotate, level),
            Fold fold => NoiseParts.Equal(_estimator.InnerSum(
                fold.Count, noise.Levels.OfCiphertext(level), noise.Levels.ScaleAt(level), error: 0)),
            PolynomialOf polynomial => NoiseParts.Equal(OfPolynomial(polynomial, level, sample)),
            LinearMap map => OfMap(map, result, level, rms),
            SpreadProducts map => OfSpread(map, level, rms[0]),
            Join => default,
            Lower lower => NoiseParts.Equal(_estimator.LowerTo(
                new SlotEstimate(noise.Levels.OfCiphertext(level), noise.Levels.ScaleAt(level), rms[0], 0),
                noise.Levels.OfCiphertext(lower.Level)).Error),
            Load => default,
            _ => throw new NotSupportedException($"no noise is known of {instruction.GetType().Name}"),
        };

    private NoiseParts OfMasked(Masked masked, int level, IReadOnlyList<double> rms)
    {
        List<Value> operands = [.. masked.Operands];
        var terms = masked.Terms.Select(term => (Slots: At(term.Mask), Rms: RmsOf(term), term.Over)).ToArray();
        // Nothing times zero has no error, not even of the rescale.
        if (terms.All(term => term.Slots.Value == 0))
            return default;
        var encodings = RootOfSquares(terms.Select(term => Math.Sqrt(Count(term.Over)) * term.Rms * noise.Encoding(term.Slots, level)));
        return NoiseParts.Equal(noise.Rescale(level - 1)) + new NoiseParts(encodings, 0);

        double RmsOf(MaskTerm term) => rms[operands.IndexOf(term.Operand.Value)];
    }

    private NoiseParts OfRotations(RotateAndSum rotate, int level)
    {
        var moving = Count(rotate.Over) * PartThatMoves(rotate.Steps);
        return moving == 0 ? default : NoiseParts.Equal(noise.SumOfRotations(level, moving));
    }

    private double OfPolynomial(PolynomialOf instruction, int level, IReadOnlyList<double> sample)
    {
        var polynomial = instruction.Approximation;
        var unit = new SlotEstimate(noise.Levels.OfCiphertext(level), noise.Levels.ScaleAt(level), 1, 0);
        if (polynomial.AffineDepth > 0)
            unit = _estimator.Rescale(_estimator.MultiplyScalar(unit, polynomial.ArgumentScale, unit.Scale));
        return Math.Sqrt(sample.Average(x => Squared(_estimator.Polynomial(
            polynomial.Plan, unit.Level, unit.Scale, x * polynomial.ArgumentScale + polynomial.ArgumentShift, unit.Error))));
    }

    private NoiseParts OfMap(LinearMap map, int result, int level, IReadOnlyList<double> rms)
    {
        if (_map?.Map != map)
            _map = (map, new LinearMapNoise(map, grid, [.. map.Matrices.Select(matrix => FrozenWeights.Find(constants.Matrices, matrix))]));
        var mapNoise = _map.Value.Noise;
        return new NoiseParts(mapNoise.Added(noise, level, result, rms), mapNoise.AddedImaginary(noise, level, result));
    }

    private NoiseParts OfSpread(SpreadProducts map, int level, double rms)
    {
        var matrix = FrozenWeights.Find(constants.Matrices, map.Matrix);
        var plaintexts = Enumerable.Range(0, grid.Blocks).Sum(shift =>
            Enumerable.Range(0, map.Operand.Count).Count(vector => SpreadWeights.Of(map, grid, matrix, shift, vector) is not null));
        var encodings = Math.Sqrt((double)plaintexts / grid.Blocks) * noise.Encoding(level) * rms;
        return NoiseParts.Equal(noise.Rescale(level - 1)) + new NoiseParts(encodings, 0);
    }

    private PublicSlots At(SlotMask mask)
    {
        // Start and count of a condition may depend on the loops; its number of slots, which matters here, on their count.
        var point = new LoopPoint();
        var indices = mask.Conditions.SelectMany(condition => new[] { condition.Start, condition.Count }).Append(mask.Vector?.Column ?? 0);
        foreach (var step in indices.SelectMany(index => index.Steps))
            point[step.Axis] = step.Axis.Size / 2;
        return constants.At(mask, point, grid);
    }

    private static int Count(IReadOnlyList<Axis> over) => over.Aggregate(1, (product, axis) => product * axis.Size);

    /// <summary>The part of all points of an index at which it is not a whole turn.</summary>
    private double PartThatMoves(AxisIndex steps)
    {
        var axes = steps.Steps.Select(step => step.Axis).Distinct().ToArray();
        var point = new LoopPoint();
        return point.Over(axes).Average(_ => steps.At(point) % grid.SlotCount == 0 ? 0.0 : 1);
    }

    private static double RootOfSquares(IEnumerable<double> values) => Math.Sqrt(values.Sum(Squared));

    private static double Squared(double value) => value * value;
}
