using System.Text.Json;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Cli.Commands.Plan;

/// <summary>How large a group's slots are.</summary>
/// <param name="Bound">The largest size of a slot in any step.</param>
/// <param name="Rms">Root mean square over slots and steps.</param>
/// <param name="Quantiles">Of the last step, from the least to the largest value at equal steps.</param>
/// <param name="Gains">How errors meet in the group, in the last step; null for inputs.</param>
/// <param name="ImaginaryGains">The same for errors of imaginary parts.</param>
internal sealed record ValueSize(double Bound, double Rms, IReadOnlyList<double> Quantiles, ErrorGains? Gains, ErrorGains? ImaginaryGains)
{
    /// <summary>Whether the numbers are finite, and sizes not below zero.</summary>
    internal bool IsValid =>
        Bound >= 0 && Rms >= 0 && double.IsFinite(Bound) && double.IsFinite(Rms) && Quantiles.Count > 0 && Quantiles.All(double.IsFinite);
}

/// <summary>Sizes of a program's values, taken on clear slots; calibration.json beside a plan.</summary>
/// <param name="Format">3.</param>
/// <param name="ModelSha256">Of the checkpoint's weights.</param>
/// <param name="ProgramSha256">Of the program without levels.</param>
/// <param name="Source">What was looked at, for people.</param>
/// <param name="Steps">Steps that were run.</param>
/// <param name="LastStep">Number of the last one, whose statistics errors are estimated with.</param>
/// <param name="LastLearningRate">Its learning rate.</param>
/// <param name="Values">By the groups' names.</param>
internal sealed record PlanCalibration(
    int Format, string ModelSha256, string ProgramSha256, string Source, int Steps, int LastStep, double LastLearningRate,
    IReadOnlyDictionary<string, ValueSize> Values)
{
    public const string File = "calibration.json";
    private const int CurrentFormat = 3;
    private const long LongestFile = 1L << 28;

    /// <summary>What a slot that was always zero may come to: ranges of bootstraps are not below 2^-20.</summary>
    private const double LeastBound = 1.0 / (1 << 20);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Bounds by name; those of what was always zero are small and positive.</summary>
    public IReadOnlyDictionary<string, double> Bounds =>
        Values.ToDictionary(pair => pair.Key, pair => Math.Max(pair.Value.Bound, LeastBound));

    /// <summary>For estimates of noise.</summary>
    public IReadOnlyDictionary<string, SlotStatistics> Statistics =>
        Values.ToDictionary(pair => pair.Key, pair => new SlotStatistics(pair.Value.Rms, pair.Value.Quantiles)
        {
            Gains = pair.Value.Gains,
            ImaginaryGains = pair.Value.ImaginaryGains,
        });

    /// <summary>Runs steps of a program on clear slots.</summary>
    /// <exception cref="ArgumentException">An instruction takes more levels than a refreshed value has.</exception>
    /// <exception cref="InvalidDataException">A value left its polynomial's domain.</exception>
    public static PlanCalibration Measure(
        PlanInput input, PlanBatches batches, string modelHash, string programHash, IProgress<WorkProgress>? progress,
        CancellationToken cancellation)
    {
        var sizes = new Dictionary<string, (double Bound, double Squares, SlotStatistics Last)>();
        var program = FreeInsertion.Run(DeadCodeElimination.Run(input.Program).Program).Program;
        var total = (batches.Steps.Count + 1L) * program.Instructions.Count(instruction => instruction is not Free);
        // Sizes of errors do not matter, only how they meet: ranges of bootstraps are not known yet.
        var noise = new InstructionNoise(input.Levels(input.Method == RefreshMethod.Bootstrap ? 1 : null));
        foreach (var instruction in program.Instructions)
            RefreshProblem.CheckDepth(instruction, noise.Levels.RefreshedLevel);
        long done = 0;
        IReadOnlyDictionary<string, SlotStatistics> errors = new Dictionary<string, SlotStatistics>();
        var backend = new ClearGroups(program.Grid.SlotCount, refreshedLevel: 0) { ChecksLevels = false };
        var states = new Dictionary<string, SlotVector[]>();
        try
        {
            progress?.Report(new WorkProgress("calibrating", 0, total, "instructions"));
            for (var step = 0; step < batches.Steps.Count; step++)
                RunStep(step);
            RunEvaluation();
        }
        catch (RangeViolationException exception)
        {
            throw new InvalidDataException(
                $"on {batches.Source}, {exception.Message}; calibrate the model on text closer to this data, or widen the margin",
                exception);
        }
        finally
        {
            Dispose(states);
        }
        var values = sizes.ToDictionary(
            pair => pair.Key,
            pair => new ValueSize(
                pair.Value.Bound, Math.Sqrt(pair.Value.Squares / batches.Steps.Count), pair.Value.Last.Quantiles, errors[pair.Key].Gains,
                errors[pair.Key].ImaginaryGains));
        return new PlanCalibration(
            CurrentFormat, modelHash, programHash, batches.Source, batches.Steps.Count, batches.Steps[^1].Number, batches.Steps[^1].LearningRate,
            values);

        void RunStep(int step)
        {
            var (number, rate, examples) = batches.Steps[step];
            var packed = BatchInputs.Pack(
                input.Training, BatchInputs.Of(input.Model, input.Training, examples), batches.Trained);
            var inputs = packed.ToDictionary(
                pair => pair.Key,
                pair => states.Remove(pair.Key, out var state) ? state : pair.Value.Select(slots => backend.Load(slots)).ToArray());
            try
            {
                foreach (var (name, vectors) in inputs)
                    Add(name, vectors);
                var constants = input.Model.Constants(number, rate);
                if (step == batches.Steps.Count - 1)
                    errors = CalibrateErrors(inputs, constants);
                var outputs = ProgramRun.Execute(program, backend, inputs, constants, Observe);
                foreach (var (name, vectors) in outputs)
                {
                    if (inputs.ContainsKey(name))
                        states.Add(name, vectors);
                    else
                        Dispose(vectors);
                }
            }
            finally
            {
                Dispose(inputs);
            }
        }

        // What is evaluated is so with the parameters of after the last step.
        void RunEvaluation()
        {
            var evaluation = FreeInsertion.Run(DeadCodeElimination.Run(input.Programs.Evaluation).Program).Program;
            var (number, rate, examples) = batches.Steps[^1];
            var packed = BatchInputs.Pack(
                input.Training, BatchInputs.Of(input.Model, input.Training, examples), batches.Trained);
            var inputs = evaluation.Inputs.ToDictionary(
                value => value.Name,
                value => states.Remove(value.Name, out var state) ? state : packed[value.Name].Select(slots => backend.Load(slots)).ToArray());
            try
            {
                var outputs = ProgramRun.Execute(
                    evaluation, backend, inputs, input.Model.Constants(number, rate), (_, value, vectors) =>
                    {
                        cancellation.ThrowIfCancellationRequested();
                        sizes[value.Name] = sizes[value.Name] with { Bound = Math.Max(sizes[value.Name].Bound, BoundOf(vectors)) };
                    });
                Dispose(outputs.Values.SelectMany(vectors => vectors));
            }
            finally
            {
                Dispose(inputs);
            }
        }

        IReadOnlyDictionary<string, SlotStatistics> CalibrateErrors(Dictionary<string, SlotVector[]> inputs, ProgramConstants constants)
        {
            var slots = inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Select(ClearGroups.Read).ToArray());
            return ErrorCalibration.Run(program, noise, slots, constants, observer: (value, _) =>
            {
                cancellation.ThrowIfCancellationRequested();
                done += slots.ContainsKey(value.Name) ? 0 : 1;
                progress?.Report(new WorkProgress("calibrating", Math.Min(done, total), total, "instructions"));
            });
        }

        void Observe(Instruction instruction, Value value, IReadOnlyList<SlotVector> vectors)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(value.Name, vectors);
            done += value == instruction.Results[^1] ? 1 : 0;
            progress?.Report(new WorkProgress("calibrating", done, total, "instructions"));
        }

        void Add(string name, IReadOnlyList<SlotVector> vectors)
        {
            var statistics = SlotStatistics.Of(vectors);
            var known = sizes.GetValueOrDefault(name);
            sizes[name] = (Math.Max(known.Bound, BoundOf(vectors)), known.Squares + statistics.Rms * statistics.Rms, statistics);
        }
    }

    /// <summary>Reads a calibration of a model; null where it is of another program.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or of another model.</exception>
    public static PlanCalibration? Read(string path, string modelHash, string programHash, EncryptedProgram program)
    {
        var read = JsonFile.Read<PlanCalibration>(path, Json, "crammed plan writes it beside a plan", maximumBytes: LongestFile);
        if (read.Format != CurrentFormat)
            throw new InvalidDataException($"{path}: format {read.Format}, expected {CurrentFormat}; plan again with calibration=null");
        if (read.ModelSha256 != modelHash)
            throw new InvalidDataException($"{path}: was taken with another model; give calibration=null to calibrate this one");
        if (read.ProgramSha256 != programHash)
            return null;
        if (read.LastStep < 1 || !double.IsFinite(read.LastLearningRate))
            throw new InvalidDataException($"{path}: the last step is {read.LastStep} at rate {read.LastLearningRate}; give calibration=null");
        var made = DeadCodeElimination.Run(program).Program.Instructions.SelectMany(instruction => instruction.Results);
        foreach (var value in program.Inputs.Concat(made))
        {
            if (!read.Values.TryGetValue(value.Name, out var size))
                throw new InvalidDataException($"{path}: the value {value.Name} is missing; give calibration=null");
            if (!size.IsValid)
            {
                throw new InvalidDataException($"{path}: the sizes of {value.Name} are no finite numbers from 0 on; give calibration=null");
            }
        }
        foreach (var instruction in DeadCodeElimination.Run(program).Program.Instructions)
        {
            foreach (var result in instruction.Results)
                CheckGains(result.Name, instruction.Operands.Count);
        }
        return read;

        void CheckGains(string name, int operands)
        {
            var size = read.Values[name];
            foreach (var gains in new[] { size.Gains, size.ImaginaryGains })
            {
                if (gains is null || gains.Covariances.Count != operands * operands || !gains.Covariances.All(double.IsFinite))
                    throw new InvalidDataException($"{path}: how errors meet in {name} is not {operands * operands} finite numbers; give calibration=null");
            }
        }
    }

    /// <summary>Writes the file, names in ordinal order.</summary>
    public void Write(string path)
    {
        var sorted = this with { Values = Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary() };
        AtomicFile.WriteText(path, JsonSerializer.Serialize(sorted, Json) + "\n");
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
