using System.Numerics.Tensors;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// A run of a program on clear slots with errors beside the values: it finds the statistics of all groups, and how errors meet in each
/// instruction (<see cref="ErrorGains"/>), whatever the cause: values made of one another, copies that are summed, zeros that meet errors.
/// </summary>
/// <remarks>
/// <para>Each group carries errors of the kind that ciphertexts have: Gaussian ones that instructions add, all at one level, and what later
/// instructions make of them. The error of each operand alone is put on it, and the change of the result is compared with it: instructions
/// are linear in an operand or smooth, and errors are small. An instruction is run once for each operand, draw and part more.</para>
/// <para>Levels, refreshes and ranges are not needed: a program may be calibrated before it is planned, and all its plans estimated from
/// that; in one after planning, lowered and refreshed values are taken for their sources. Assumed is that in a plan the errors of a group
/// have the shape they have here, over slots and together with those of other groups. They have not where most of
/// them is new from a refresh: it is even over slots, and other values do not share it.</para>
/// </remarks>
public sealed class ErrorCalibration
{
    private readonly EncryptedProgram _program;
    private readonly ProgramConstants _constants;
    private readonly InstructionNoise _noise;
    private readonly ClearGroups _exact;
    private readonly ErrorDraw[][] _parts;
    private readonly Dictionary<Value, double[][]> _values = [];
    private readonly Dictionary<string, SlotStatistics> _statistics = [];

    private ErrorCalibration(EncryptedProgram program, InstructionNoise noise, ProgramConstants constants, int draws)
    {
        (_program, _noise, _constants) = (program, noise, constants);
        _exact = Groups(null);
        _parts =
        [
            .. new[] { false, true }.Select(isImaginary => Enumerable.Range(1, draws)
                .Select(seed => new ErrorDraw(Groups(new InjectedNoise(noise, seed, isImaginary)))).ToArray()),
        ];
    }

    private IEnumerable<ErrorDraw> Draws => _parts.SelectMany(draws => draws);

    private int Level => _noise.Levels.RefreshedLevel;

    /// <summary>Statistics of all groups, inputs included, by name.</summary>
    /// <param name="program">before or after planning</param>
    /// <param name="noise">of instructions</param>
    /// <param name="inputs">slots by name</param>
    /// <param name="constants">frozen matrices and scalars</param>
    /// <param name="draws">
    /// of errors, over which means are taken: a root mean square of n independent errors is off by sqrt(1 / 2n) in one draw
    /// </param>
    /// <param name="observer">told of the slots of every group; or null</param>
    public static IReadOnlyDictionary<string, SlotStatistics> Run(
        EncryptedProgram program, InstructionNoise noise, IReadOnlyDictionary<string, double[][]> inputs, ProgramConstants constants,
        int draws = 1, Action<Value, IReadOnlyList<double[]>>? observer = null)
    {
        var run = new ErrorCalibration(program, noise, constants, draws);
        foreach (var input in program.Inputs)
        {
            run.Give(input, inputs[input.Name]);
            observer?.Invoke(input, inputs[input.Name]);
        }
        var lastUses = program.Instructions.SelectMany((instruction, i) => instruction.Operands.Select(operand => (operand, i)))
            .GroupBy(use => use.operand, use => use.i).ToDictionary(uses => uses.Key, uses => uses.Max());
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            run.Follow(instruction);
            foreach (var result in instruction.Results)
                observer?.Invoke(result, run._values[result]);
            foreach (var value in instruction.Operands.Concat(instruction.Results).Where(value => lastUses.GetValueOrDefault(value) <= i))
                run.Forget(value);
        }
        return run._statistics;
    }

    /// <summary>A fresh encryption.</summary>
    private void Give(Value input, double[][] slots)
    {
        _values[input] = slots;
        _statistics[input.Name] = SlotStatistics.Of(slots);
        foreach (var draw in Draws)
            draw.Errors[input] = [.. slots.Select(_ => FreshError(draw.Groups))];

        double[] FreshError(ClearGroups groups)
        {
            using var vector = groups.Load(new double[_program.Grid.SlotCount], Level);
            return ClearGroups.Read(vector);
        }
    }

    private void Forget(Value value)
    {
        _values.Remove(value);
        foreach (var draw in Draws)
            draw.Errors.Remove(value);
    }

    private void Follow(Instruction instruction)
    {
        switch (instruction)
        {
            case Free or Store:
                break;
            case Lower lower:
                Rename(lower.Operand, lower.Result);
                break;
            case Load load:
                Rename(load.Stored, load.Result);
                break;
            case Refresh refresh:
                foreach (var (source, refreshed) in refresh.Sources.Zip(refresh.Refreshed))
                    Rename(source, refreshed);
                break;
            default:
                Compute(instruction);
                break;
        }
    }

    private void Rename(Value source, Value result)
    {
        _values[result] = _values[source];
        foreach (var draw in Draws)
            draw.Errors[result] = draw.Errors[source];
        _statistics[result.Name] = _statistics[source.Name];
    }

    private void Compute(Instruction instruction)
    {
        double[][][] operands = [.. instruction.Operands.Select(operand => _values[operand])];
        var results = Run(instruction, _exact, operands);
        var gains = _parts.Select(draws => GainsOf(instruction, draws, operands, results)).ToArray();
        for (var r = 0; r < results.Length; r++)
        {
            var value = instruction.Results[r];
            _values[value] = results[r];
            _statistics[value.Name] = SlotStatistics.Of(results[r]) with { Gains = gains[0][r], ImaginaryGains = gains[1][r] };
        }
    }

    /// <summary>For each result how errors meet in it, over some draws; the results' errors are written down.</summary>
    private ErrorGains[] GainsOf(Instruction instruction, ErrorDraw[] draws, double[][][] operands, double[][][] results)
    {
        var meetings = results.Select(_ => new ErrorMeeting(operands.Length)).ToArray();
        foreach (var draw in draws)
        {
            double[][][] errors = [.. instruction.Operands.Select(operand => draw.Errors[operand])];
            double[][][][] changes =
            [
                .. errors.Select((error, i) => Difference(
                    Run(instruction, _exact, [.. operands[..i], Sum(operands[i], error), .. operands[(i + 1)..]]), results)),
            ];
            var added = Difference(Run(instruction, draw.Groups, operands), results);
            for (var r = 0; r < results.Length; r++)
            {
                double[][][] changesOfResult = [.. changes.Select(change => change[r])];
                meetings[r].Add(errors, changesOfResult);
                draw.Errors[instruction.Results[r]] = changesOfResult.Aggregate(added[r], Sum);
            }
        }
        return [.. meetings.Select(meeting => meeting.Gains())];
    }

    /// <summary>Slots of the results of one instruction.</summary>
    private double[][][] Run(Instruction instruction, ClearGroups groups, double[][][] operands)
    {
        var results = instruction.Results.ToDictionary(result => result.Name);
        var program = new EncryptedProgram(_program.Grid, [.. instruction.Operands], [instruction], results);
        var given = instruction.Operands.Zip(operands, (operand, slots) => (operand.Name, Vectors: slots.Select(Vector).ToArray()))
            .ToDictionary(pair => pair.Name, pair => pair.Vectors);
        var made = ProgramRun.Execute(program, groups, given, _constants);
        double[][][] read = [.. instruction.Results.Select(result => made[result.Name].Select(ClearGroups.Read).ToArray())];
        foreach (var vector in given.Values.Concat(made.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return read;
    }

    private SlotVector Vector(double[] slots)
    {
        var vector = ClearVector.Create(slots.Length, Level);
        slots.CopyTo(vector.Values, 0);
        return vector;
    }

    private ClearGroups Groups(InjectedNoise? noise) => new(_program.Grid.SlotCount, Level) { Noise = noise };

    private static double[][] Sum(double[][] left, double[][] right) => Combined(left, right, 1);

    private static double[][][] Difference(double[][][] left, double[][][] right) => [.. left.Zip(right, (x, y) => Combined(x, y, -1))];

    private static double[][] Combined(double[][] left, double[][] right, double factor) => [.. left.Zip(right, (x, y) =>
    {
        var result = new double[x.Length];
        TensorPrimitives.MultiplyAdd(y, factor, x, result);
        return result;
    })];

    /// <summary>Errors of all groups in one draw, and what adds them.</summary>
    private sealed record ErrorDraw(ClearGroups Groups)
    {
        public Dictionary<Value, double[][]> Errors { get; } = [];
    }

    /// <summary>Collects, over draws, what operands' errors change in a result.</summary>
    private sealed class ErrorMeeting(int operands)
    {
        private readonly double[] _squares = new double[operands];
        private readonly double[] _products = new double[operands * operands];

        public void Add(double[][][] errors, double[][][] changes)
        {
            for (var i = 0; i < operands; i++)
            {
                _squares[i] += MeanProduct(errors[i], errors[i]);
                for (var j = 0; j < operands; j++)
                    _products[i * operands + j] += MeanProduct(changes[i], changes[j]);
            }
        }

        /// <summary>What has no error changes nothing.</summary>
        public ErrorGains Gains() => new([.. _products.Select((product, place) =>
            product == 0 ? 0 : product / Math.Sqrt(_squares[place / operands] * _squares[place % operands]))]);

        private static double MeanProduct(double[][] left, double[][] right) =>
            left.Zip(right, (x, y) => TensorPrimitives.Dot<double>(x, y)).Sum() / left.Sum(vector => (double)vector.Length);
    }
}
