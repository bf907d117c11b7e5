using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Cli.Commands.Plan;

/// <summary>Steps of training on clear slots, one after the other, and an evaluation after them, that show how large values are.</summary>
internal sealed class CalibrationRun : IDisposable
{
    private readonly PlanInput _input;
    private readonly PlanBatches _batches;
    private readonly IProgress<WorkProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly EncryptedProgram _program;
    private readonly InstructionNoise _noise;
    private readonly ClearGroups _backend;
    private readonly long _total;
    private readonly Dictionary<string, SlotVector[]> _states = [];
    private readonly Dictionary<string, (double Bound, double Squares, SlotStatistics Last)> _sizes = [];
    private IReadOnlyDictionary<string, SlotStatistics> _errors = new Dictionary<string, SlotStatistics>();
    private long _done;

    /// <param name="input">What is planned.</param>
    /// <param name="batches">The steps.</param>
    /// <param name="progress">Told after each instruction.</param>
    /// <param name="cancellation">Stops between instructions.</param>
    /// <exception cref="ArgumentException">An instruction takes more levels than a refreshed value has.</exception>
    public CalibrationRun(PlanInput input, PlanBatches batches, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        (_input, _batches, _progress, _cancellation) = (input, batches, progress, cancellation);
        _program = Living(input.Programs.Training);
        _total = (batches.Steps.Count + 1L) * _program.Instructions.Count(instruction => instruction is not Free);
        // Sizes of errors do not matter, only how they meet: ranges of bootstraps are not known yet.
        _noise = new InstructionNoise(input.Levels(input.Method == RefreshMethod.Bootstrap ? 1 : null));
        foreach (var instruction in _program.Instructions)
            RefreshProblem.CheckDepth(instruction, _noise.Levels.RefreshedLevel);
        _backend = new ClearGroups(_program.Grid.SlotCount, refreshedLevel: 0) { ChecksLevels = false };
    }

    /// <summary>Sizes by the groups' names.</summary>
    /// <exception cref="InvalidDataException">A value left its polynomial's domain.</exception>
    public IReadOnlyDictionary<string, ValueSize> Measure()
    {
        try
        {
            Report();
            foreach (var step in _batches.Steps)
                Train(step);
            Evaluate(_batches.Steps[^1]);
        }
        catch (RangeViolationException exception)
        {
            throw new InvalidDataException(
                $"on {_batches.Source}, {exception.Message}; calibrate the model on text closer to this data, or widen its ranges (range_margin)",
                exception);
        }
        return _sizes.ToDictionary(
            pair => pair.Key,
            pair => new ValueSize(
                pair.Value.Bound, Math.Sqrt(pair.Value.Squares / _batches.Steps.Count), pair.Value.Last.Quantiles, _errors[pair.Key].Gains,
                _errors[pair.Key].ImaginaryGains));
    }

    public void Dispose() => Dispose(_states);

    private static EncryptedProgram Living(EncryptedProgram program) => FreeInsertion.Run(DeadCodeElimination.Run(program).Program).Program;

    private void Train(PlanStep step)
    {
        var inputs = InputsOf(_program, step);
        try
        {
            foreach (var (name, vectors) in inputs)
                Add(name, vectors);
            var constants = _input.Model.Constants(step.Number, step.LearningRate);
            if (step == _batches.Steps[^1])
                _errors = CalibrateErrors(inputs, constants);
            foreach (var (name, vectors) in ProgramRun.Execute(_program, _backend, inputs, constants, Observe))
            {
                if (inputs.ContainsKey(name))
                    _states.Add(name, vectors);
                else
                    Dispose(vectors);
            }
        }
        finally
        {
            Dispose(inputs);
        }
    }

    /// <summary>What is evaluated is so with the parameters of after the last step.</summary>
    private void Evaluate(PlanStep last)
    {
        var program = Living(_input.Programs.Evaluation);
        var inputs = InputsOf(program, last);
        try
        {
            var outputs = ProgramRun.Execute(
                program, _backend, inputs, _input.Model.Constants(last.Number, last.LearningRate), (_, value, vectors) =>
                {
                    _cancellation.ThrowIfCancellationRequested();
                    var known = _sizes[value.Name];
                    _sizes[value.Name] = known with { Bound = Math.Max(known.Bound, BoundOf(vectors)) };
                });
            Dispose(outputs.Values.SelectMany(vectors => vectors));
        }
        finally
        {
            Dispose(inputs);
        }
    }

    /// <summary>Parameters and moments as the step before left them, the rest of the step's batch.</summary>
    private Dictionary<string, SlotVector[]> InputsOf(EncryptedProgram program, PlanStep step)
    {
        var packed = BatchInputs.Pack(
            _input.Training, BatchInputs.Of(_input.Model, _input.Training, step.Examples), _batches.Trained);
        return program.Inputs.ToDictionary(
            value => value.Name,
            value => _states.Remove(value.Name, out var state) ? state : packed[value.Name].Select(slots => _backend.Load(slots)).ToArray());
    }

    private IReadOnlyDictionary<string, SlotStatistics> CalibrateErrors(Dictionary<string, SlotVector[]> inputs, ProgramConstants constants)
    {
        var slots = inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Select(ClearGroups.Read).ToArray());
        return ErrorCalibration.Run(_program, _noise, slots, constants, observer: (value, _) =>
        {
            _cancellation.ThrowIfCancellationRequested();
            _done += slots.ContainsKey(value.Name) ? 0 : 1;
            Report();
        });
    }

    private void Observe(Instruction instruction, Value value, IReadOnlyList<SlotVector> vectors)
    {
        _cancellation.ThrowIfCancellationRequested();
        Add(value.Name, vectors);
        _done += value == instruction.Results[^1] ? 1 : 0;
        Report();
    }

    /// <summary>Instructions of several results count more than once where errors are calibrated.</summary>
    private void Report() => _progress?.Report(new WorkProgress("calibrating", Math.Min(_done, _total), _total, "instructions"));

    private void Add(string name, IReadOnlyList<SlotVector> vectors)
    {
        var statistics = SlotStatistics.Of(vectors);
        var known = _sizes.GetValueOrDefault(name);
        _sizes[name] = (Math.Max(known.Bound, BoundOf(vectors)), known.Squares + statistics.Rms * statistics.Rms, statistics);
    }

    /// <summary>The largest size of a slot.</summary>
    private static double BoundOf(IReadOnlyList<SlotVector> vectors) => vectors.Max(vector => ClearGroups.Read(vector).Max(Math.Abs));

    private static void Dispose(Dictionary<string, SlotVector[]> groups)
    {
        Dispose(groups.Values.SelectMany(vectors => vectors));
        groups.Clear();
    }

    private static void Dispose(IEnumerable<SlotVector> vectors)
    {
        foreach (var vector in vectors)
            vector.Dispose();
    }
}
