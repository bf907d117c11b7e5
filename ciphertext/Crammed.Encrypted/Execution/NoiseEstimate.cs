using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The expected error of every group of a planned program on ciphertexts, by the engine's estimates, without slots: level, root mean square
/// and error are carried from instruction to instruction.
/// </summary>
/// <remarks>
/// Errors of different vectors, and of different slots of a vector, are taken as independent of each other and of the messages, but for
/// operands that are read twice by the same indices: a square, or a multiple. Where a sum meets copies of one error it is larger than
/// estimated, by the root of their number at most.
/// </remarks>
/// <param name="noise">noise of instructions</param>
/// <param name="program">after planning</param>
/// <param name="statistics">
/// by the names of groups; of a group without, what a lowered, refreshed or joined one was made of, and otherwise what independent
/// messages make
/// </param>
/// <param name="constants">frozen matrices and scalars</param>
/// <param name="inputLevels">levels of inputs that do not come as refreshed ones, by name; or null</param>
public sealed class NoiseEstimate(
    InstructionNoise noise, EncryptedProgram program, IReadOnlyDictionary<string, SlotStatistics> statistics, ProgramConstants constants,
    IReadOnlyDictionary<string, int>? inputLevels = null)
{
    private readonly Dictionary<Value, SlotEstimate> _values = [];
    private readonly Dictionary<Value, IReadOnlyList<double>?> _samples = [];
    private readonly NoiseEstimator _estimator = noise.Estimator;

    /// <summary>
    /// Estimates of all groups; inputs are fresh encryptions under the secret key. <see cref="SlotEstimate.Level"/> is a ciphertext's.
    /// </summary>
    /// <exception cref="InvalidOperationException">the program is not planned, or an input has no statistics</exception>
    public IReadOnlyDictionary<Value, SlotEstimate> Estimate()
    {
        _values.Clear();
        _samples.Clear();
        var levels = PlannedLevels.Of(program, noise.Levels.RefreshedLevel, inputLevels);
        foreach (var input in program.Inputs)
        {
            var known = statistics.GetValueOrDefault(input.Name)
                ?? throw new InvalidOperationException($"noise: the statistics of the input {input.Name} are missing");
            var level = noise.Levels.OfCiphertext(levels[input]);
            Set(input, _estimator.EncryptSymmetric(level, noise.Levels.Parameters.ScaleAt(level), known.Rms), null);
        }
        foreach (var instruction in program.Instructions)
            Follow(instruction);
        return _values;
    }

    private void Follow(Instruction instruction)
    {
        switch (instruction)
        {
            case LinearMap map:
                FollowMap(map);
                break;
            case Refresh refresh:
                FollowRefresh(refresh);
                break;
            case SingleInstruction single:
                Set(single.Result, Of(single), single is Lower or Load ? _samples[single.Operands[0]] : null);
                break;
        }
    }

    private SlotEstimate Of(SingleInstruction instruction) => instruction switch
    {
        Sum sum => Plus(SumOf(sum.Terms.Select(term => (term.Operand, term.Over, term.Factor))), sum.Constants),
        Products products => _estimator.RelinearizeAndRescale(products.Terms.Select(ProductOf).Aggregate(_estimator.Add)),
        SquaredDifferences squares => _estimator.RelinearizeAndRescale(Repeated(
            _estimator.Square(_estimator.Subtract(_values[squares.Left.Value], _values[squares.Right.Value])), squares.Over)),
        Masked masked => _estimator.Rescale(masked.Terms.Select(MaskedOf).Aggregate(_estimator.Add)),
        Rotate rotate => Switched(_values[rotate.Operand.Value], PartThatMoves(rotate.Steps)),
        RotateAndSum rotate => Switched(
            Repeated(_values[rotate.Operand.Value], rotate.Over), Count(rotate.Over) * PartThatMoves(rotate.Steps)),
        Fold fold => FoldOf(fold),
        PolynomialOf polynomial => FunctionOf(polynomial),
        Join join => JoinOf(join),
        Lower lower => _estimator.LowerTo(_values[lower.Operand], noise.Levels.OfCiphertext(lower.Level)),
        SpreadProducts map => SpreadOf(map),
        Load load => _values[load.Stored],
        _ => throw new NotSupportedException($"no noise is known of {instruction.GetType().Name}"),
    };

    /// <summary>A sum of multiples; terms that read the same are one multiple.</summary>
    private SlotEstimate SumOf(IEnumerable<(Operand Operand, Layouts.ValueList<Axis> Over, long Factor)> terms) => terms
        .GroupBy(term => (term.Operand, term.Over), term => term.Factor)
        .Select(group => Repeated(_estimator.MultiplyInteger(_values[group.Key.Operand.Value], group.Sum()), group.Key.Over))
        .Aggregate(_estimator.Add);

    private SlotEstimate Plus(SlotEstimate sum, IEnumerable<SlotMask> slots)
    {
        var level = noise.Levels.OfProgram(sum.Level);
        return slots.Aggregate(sum, (total, mask) => total with
        {
            Error = NoiseEstimator.Together(total.Error, noise.Encoding(At(mask), level)),
            Rms = NoiseEstimator.Together(total.Rms, RmsOf(mask)),
        });
    }

    private SlotEstimate ProductOf(ProductTerm term)
    {
        var product = term.Left == term.Right
            ? _estimator.Square(_values[term.Left.Value])
            : _estimator.Multiply(_values[term.Left.Value], _values[term.Right.Value]);
        return _estimator.MultiplyInteger(Repeated(product, term.Over), term.Factor);
    }

    private SlotEstimate MaskedOf(MaskTerm term)
    {
        var operand = _values[term.Operand.Value];
        var (rms, rounding) = (RmsOf(term.Mask), noise.Encoding(At(term.Mask), noise.Levels.OfProgram(operand.Level)));
        return Repeated(
            operand with
            {
                Scale = operand.Scale * operand.Scale,
                Rms = operand.Rms * rms,
                Error = NoiseEstimator.Product(operand.Rms, operand.Error, rms, rounding),
            },
            term.Over);
    }

    private SlotEstimate FoldOf(Fold fold)
    {
        var operand = _values[fold.Operand.Value];
        return operand with
        {
            Rms = operand.Rms * Math.Sqrt(fold.Count),
            Error = _estimator.InnerSum(fold.Count, operand.Level, operand.Scale, operand.Error),
        };
    }

    private SlotEstimate JoinOf(Join join)
    {
        double count = join.Parts.Sum(part => part.Count);
        return _values[join.Parts[0]] with
        {
            Rms = Mean(part => _values[part].Rms),
            Error = Mean(part => _values[part].Error),
        };

        double Mean(Func<Value, double> number) => Math.Sqrt(join.Parts.Sum(part => part.Count * Squared(number(part))) / count);
    }

    private SlotEstimate SpreadOf(SpreadProducts map)
    {
        var operand = _values[map.Operand];
        var level = noise.Levels.OfProgram(operand.Level);
        var matrix = FrozenWeights.Find(constants.Matrices, map.Matrix);
        double squares = 0, plaintexts = 0;
        for (var shift = 0; shift < program.Grid.Blocks; shift++)
        {
            for (var vector = 0; vector < map.Operand.Count; vector++)
            {
                if (SpreadWeights.Of(map, program.Grid, matrix, shift, vector) is not { } weights)
                    continue;
                squares += weights.Sum(Squared) / ((double)program.Grid.Blocks * program.Grid.SlotCount);
                plaintexts += 1.0 / program.Grid.Blocks;
            }
        }
        var variance = squares * Squared(operand.Error) + plaintexts * Squared(noise.Encoding(level) * operand.Rms);
        return _estimator.Rescale(
            operand with { Scale = operand.Scale * operand.Scale, Rms = operand.Rms * Math.Sqrt(squares), Error = Math.Sqrt(variance) });
    }

    private SlotEstimate FunctionOf(PolynomialOf instruction)
    {
        var polynomial = instruction.Approximation;
        var unit = _values[instruction.Operand.Value];
        if (polynomial.AffineDepth > 0)
            unit = _estimator.Rescale(_estimator.MultiplyScalar(unit, polynomial.ArgumentScale, unit.Scale));
        var arguments = _samples[instruction.Operand.Value]
            ?? [.. Enumerable.Range(0, 33).Select(i => polynomial.Domain.FromUnit(i / 16.0 - 1))];
        var errors = arguments.Select(x => _estimator.Polynomial(
            polynomial.Plan, unit.Level, unit.Scale, x * polynomial.ArgumentScale + polynomial.ArgumentShift, unit.Error)).ToArray();
        var level = unit.Level - polynomial.PolynomialDepth;
        return new SlotEstimate(
            level, noise.Levels.Parameters.ScaleAt(level), RootMeanSquare(arguments.Select(polynomial.Evaluate)), RootMeanSquare(errors));
    }

    private void FollowMap(LinearMap map)
    {
        var matrices = map.Matrices.Select(matrix => FrozenWeights.Find(constants.Matrices, matrix)).ToArray();
        var mapNoise = new LinearMapNoise(map, program.Grid, matrices);
        var operands = map.Inputs.Select(input => _values[input]).ToArray();
        var level = noise.Levels.OfProgram(operands[0].Level);
        double[] rms = [.. operands.Select(operand => operand.Rms)], errors = [.. operands.Select(operand => operand.Error)];
        for (var i = 0; i < map.Outputs.Count; i++)
        {
            var error = mapNoise.ErrorOf(noise, level, i, rms, errors);
            var below = noise.Levels.OfCiphertext(level - 1);
            Set(
                map.Outputs[i], new SlotEstimate(below, noise.Levels.Parameters.ScaleAt(below), mapNoise.RmsOf(i, rms), error), null);
        }
    }

    private void FollowRefresh(Refresh refresh)
    {
        if (refresh.Method == RefreshMethod.Client)
        {
            foreach (var (source, result) in refresh.Sources.Zip(refresh.Refreshed))
            {
                var level = noise.Levels.Refreshed;
                var error = NoiseEstimator.Together(_values[source].Error, noise.Fresh(noise.Levels.RefreshedLevel));
                Set(result, new SlotEstimate(level, noise.Levels.Parameters.ScaleAt(level), _values[source].Rms, error), _samples[source]);
            }
            return;
        }
        var sources = refresh.Sources.SelectMany((source, i) => Enumerable.Repeat(i, source.Count)).ToArray();
        double[] ranges = [.. sources.Select(i => refresh.Ranges[i])];
        var operands = refresh.Sources.Select(source => _values[source]).ToArray();
        foreach (var (first, second) in RefreshPairs.Of(ranges))
        {
            if (second is not { } other)
                continue;
            Share(first, other);
            Share(other, first);
        }
        for (var i = 0; i < refresh.Sources.Count; i++)
        {
            var (source, level) = (refresh.Sources[i], noise.Levels.Refreshed);
            var error = noise.Bootstrap(operands[i], refresh.Ranges[i], _samples[source]);
            var estimate = new SlotEstimate(level, noise.Levels.Parameters.ScaleAt(level), _values[source].Rms, error);
            Set(refresh.Refreshed[i], estimate, _samples[source]);
        }

        // One vector of a group is bootstrapped with another: what that one has in its imaginary parts, as much as in its real ones, ends
        // here.
        void Share(int place, int other)
        {
            var (own, foreign, enlargement) = (sources[place], _values[refresh.Sources[sources[other]]], ranges[place] / ranges[other]);
            var part = enlargement / Math.Sqrt(refresh.Sources[own].Count);
            operands[own] = operands[own] with
            {
                Rms = NoiseEstimator.Together(operands[own].Rms, part * foreign.Rms),
                Error = NoiseEstimator.Together(operands[own].Error, part * foreign.Error),
            };
        }
    }

    /// <summary>Writes an estimate down; what is known of the slots takes the place of what independent messages would make.</summary>
    private void Set(Value value, SlotEstimate estimate, IReadOnlyList<double>? sample)
    {
        var known = statistics.GetValueOrDefault(value.Name);
        _values[value] = known is null ? estimate : estimate with { Rms = known.Rms };
        _samples[value] = known?.Quantiles ?? sample;
    }

    private PublicSlots At(SlotMask mask) => AtMiddle(mask, out _);

    private PublicSlots AtMiddle(SlotMask mask, out LoopPoint point)
    {
        // Start and count of a condition may depend on the loops; its number of slots, which matters here, on their count.
        point = new LoopPoint();
        var indices = mask.Conditions.SelectMany(condition => new[] { condition.Start, condition.Count });
        foreach (var step in indices.Append(mask.Vector?.Column ?? 0).SelectMany(index => index.Steps))
            point[step.Axis] = step.Axis.Size / 2;
        return constants.At(mask, point, program.Grid);
    }

    /// <summary>Over all columns of a vector that the loops run over.</summary>
    private double RmsOf(SlotMask mask)
    {
        var middle = AtMiddle(mask, out var point);
        if (mask.Vector is not { Column.Steps.Count: > 0 } vector)
            return RmsOf(middle);
        Axis[] axes = [.. vector.Column.Steps.Select(step => step.Axis).Distinct()];
        return RootMeanSquare(
            [.. point.Over(axes).Select(_ => RmsOf(middle with { Vector = constants.At(mask, point, program.Grid).Vector }))]);
    }

    private double RmsOf(PublicSlots slots) => RootMeanSquare(slots.Slots(EncodedSlots.PeriodOf(slots, program.Grid.SlotCount)));

    private SlotEstimate Switched(SlotEstimate operand, double times) => operand with
    {
        Error = NoiseEstimator.Together(operand.Error, Math.Sqrt(times) * _estimator.KeySwitch(operand.Level, operand.Scale)),
    };

    /// <summary>A sum of as many independent ones as there are points of some axes.</summary>
    private static SlotEstimate Repeated(SlotEstimate operand, IReadOnlyList<Axis> over)
    {
        var root = Math.Sqrt(Count(over));
        return operand with { Rms = root * operand.Rms, Error = root * operand.Error };
    }

    private static int Count(IReadOnlyList<Axis> over) => over.Aggregate(1, (product, axis) => product * axis.Size);

    /// <summary>The part of all points of an index at which it is not a whole turn.</summary>
    private double PartThatMoves(AxisIndex steps)
    {
        var axes = steps.Steps.Select(step => step.Axis).Distinct().ToArray();
        var point = new LoopPoint();
        return point.Over(axes).Average(_ => steps.At(point) % program.Grid.SlotCount == 0 ? 0.0 : 1);
    }

    private static double RootMeanSquare(IEnumerable<double> values) => Math.Sqrt(values.Average(Squared));

    private static double Squared(double value) => value * value;
}
