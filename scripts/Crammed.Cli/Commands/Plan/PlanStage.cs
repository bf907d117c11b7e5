using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Cli.Commands.Plan;

/// <summary>Planning: from a checkpoint and a draw to both programs with levels and refreshes, and what a run will take.</summary>
internal sealed class PlanStage
{
    private readonly PlanRequest _request;

    private PlanStage(PlanRequest request, PlanInput input) => (_request, Input) = (request, input);

    /// <summary>What is planned.</summary>
    public PlanInput Input { get; }

    /// <summary>Reads model and cost tables, and builds the programs without levels.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the model cannot be trained under encryption.</exception>
    /// <exception cref="ArgumentException">The model does not fit in the slots, or the parameter set cannot do what is asked.</exception>
    public static PlanStage Load(PlanRequest request) => new(request, PlanInput.Load(request));

    /// <summary>Calibrates and plans; nothing is written.</summary>
    /// <param name="say">Told what is used that was not asked for.</param>
    /// <param name="display">Opens a display of progress.</param>
    /// <param name="cancellation">Stops a calibration, or the search.</param>
    /// <exception cref="ConfigurationException">The programs cannot be planned, or take too much memory, or have too much noise.</exception>
    public PlanOutcome Run(Action<string> say, Func<ProgressDisplay> display, CancellationToken cancellation)
    {
        if (_request.CostFiles.Count == 0)
            say($"costs: those of {Input.Table.Machine}; give costs=[FILE.csv] for another machine");
        var programHash = ProgramWriter.Hash(Input.Program);
        var calibration = Calibration(programHash, say, display, cancellation);
        using var progress = display();
        var planner = new Planner(_request.Planning, _request.Encryption.Memory, Input, calibration, new PlanningWatch(progress, cancellation));
        var training = planner.Training();
        Refuse(planner.BudgetBytes, training);
        var evaluation = Input.Programs.IsEvaluationAlone ? training.Plan : planner.Evaluation(training);
        return new PlanOutcome(Input, training, evaluation, calibration, programHash);
    }

    /// <summary>That of an earlier plan, if it fits the program, or a new one.</summary>
    private PlanCalibration Calibration(
        string programHash, Action<string> say, Func<ProgressDisplay> display, CancellationToken cancellation)
    {
        var modelHash = Checkpoint.WeightsSha256(Input.ModelFolder);
        if (_request.CalibrationFile is { } file)
        {
            if (PlanCalibration.Read(file, modelHash, programHash, Input.Program) is { } known)
                return known;
            say($"{file}: was taken with another program of this model; calibrating anew");
        }
        var (steps, seed) = (_request.Planning.CalibrationSteps, _request.Planning.Seed);
        var batches = _request.Evaluation is { } evaluation
            ? PlanBatches.Evaluated(Input, evaluation, steps)
            : PlanBatches.Of(Input, _request.ExportFolder, steps, seed);
        say($"calibrated on {batches.Source}");
        using var progress = display();
        return PlanCalibration.Measure(Input, batches, modelHash, programHash, progress, cancellation);
    }

    /// <exception cref="ConfigurationException">Too much memory, or too much noise.</exception>
    private void Refuse(long? budgetBytes, PlanFigures figures)
    {
        if (figures.MemoryBytes > budgetBytes)
        {
            throw new ConfigurationException(
                FormattableString.Invariant($"'he.memory' is {_request.Encryption.Memory} GiB, and a run takes ")
                + $"{NumberText.Bytes(figures.MemoryBytes)}: "
                + string.Join(", ", figures.Memory.Select(part => $"{part.Name} {NumberText.Bytes(part.Bytes)}"))
                + "; give more memory, a smaller batch or a smaller parameter set");
        }
        if (figures.Noisiest is var part && part.SignalBits < _request.Planning.LeastSignalBits)
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"{part.Name}: the signal of {part.Noisiest} is only 2^{part.SignalBits:F1} times the noise, ")
                + FormattableString.Invariant($"less than 2^{_request.Planning.LeastSignalBits}; ")
                + "use a parameter set with more precision, or lower least_signal_bits if the value does not matter");
        }
    }
}

/// <summary>What planning found.</summary>
/// <param name="Input">What was planned.</param>
/// <param name="Figures">The training step.</param>
/// <param name="Evaluation">The evaluation of a batch.</param>
/// <param name="Calibration">Sizes of values.</param>
/// <param name="ProgramHash">Of the training program before levels.</param>
internal sealed record PlanOutcome(
    PlanInput Input, PlanFigures Figures, ProgramPlan Evaluation, PlanCalibration Calibration, string ProgramHash)
{
    /// <summary>The figures, in Markdown.</summary>
    public const string ReportFile = "plan.md";

    /// <summary>Names of the files in the order of their meaning.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        PlanManifest.FileName, PlanFolder.TrainingFile, PlanFolder.EvaluationFile, PlanFolder.WeightsFile, ReportFile, PlanCalibration.File,
    ];

    /// <summary>Writes the plan's folder, its calibration and its report among it.</summary>
    /// <returns>The report.</returns>
    public string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Calibration.Write(Path.Combine(folder, PlanCalibration.File));
        PlanFolder.Write(folder, Manifest, Figures.Plan.Program, Evaluation.Program, Input.Model.Matrices, Input.Model.Vectors);
        var report = PlanReport.Text(Input, Figures, Evaluation, Calibration, ProgramHash);
        AtomicFile.WriteText(Path.Combine(folder, ReportFile), report);
        return report;
    }

    private PlanManifest Manifest(string weightsSha256, PlannedProgram training, PlannedProgram evaluation)
    {
        var settings = Input.Draw.Settings;
        var scalars = Enumerable.Range(0, settings.Steps)
            .Select(step => Input.Model.Constants(step + 1, settings.LearningRateAt(step)).Scalars).ToArray();
        return new PlanManifest
        {
            ParameterSet = Input.Parameters.Name,
            Security = Input.Parameters.SecurityDescription,
            ModelSha256 = Checkpoint.WeightsSha256(Input.ModelFolder),
            WeightsSha256 = weightsSha256,
            Training = training,
            Evaluation = evaluation,
            Settings = settings,
            Shape = Input.Draw.Shape,
            Rewrites = Input.Model.Rewrites,
            Scalars = scalars[0].Keys.Order(StringComparer.Ordinal).ToDictionary(
                name => name, IReadOnlyList<double> (name) => [.. scalars.Select(step => step[name])]),
            PredictedSeconds = Figures.Plan.Milliseconds / 1000,
            PredictedBytes = Figures.MemoryBytes,
            TrainingMemory = Figures.Plan.RunMemory,
            EvaluationMemory = Evaluation.RunMemory,
        };
    }
}
