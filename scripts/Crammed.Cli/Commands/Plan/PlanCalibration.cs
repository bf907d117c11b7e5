using System.Text.Json;
using Crammed.Encrypted.Execution;
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
        using var run = new CalibrationRun(input, batches, progress, cancellation);
        var last = batches.Steps[^1];
        return new PlanCalibration(
            CurrentFormat, modelHash, programHash, batches.Source, batches.Steps.Count, last.Number, last.LearningRate, run.Measure());
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
}
