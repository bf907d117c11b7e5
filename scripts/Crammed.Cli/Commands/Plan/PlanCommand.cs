using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Cli.Commands.Plan;

/// <summary>
/// <c>crammed plan</c>: from a checkpoint to the program of a training step with levels and refreshes, and what a run will take, before any
/// key is made or anything is encrypted.
/// </summary>
internal sealed class PlanCommand : ICommandHandler<PlanSettings>
{
    /// <summary>The figures.</summary>
    public const string ReportFile = "plan.md";

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PlanSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var input = PlanInput.Load(settings, context.Resolve);
        context.RequireOutputName(settings.Name);
        if (settings.Costs.Count == 0)
            await context.Notices.WriteLineAsync($"costs: those of {input.Table.Machine}; give costs=[FILE.csv] for another machine");
        var programHash = ProgramWriter.Hash(input.Program);
        var calibration = Calibration(context, input, programHash, cancellationToken);
        var (figures, evaluation) = context.Shown(progress =>
        {
            var planner = new Planner(settings, input, calibration, progress);
            var training = planner.Training();
            Refuse(settings, planner.BudgetBytes, training);
            return (training, planner.Evaluation(training));
        });
        var plan = figures.Plan;

        var folder = context.CreateOutputFolder(
            settings.Name, input.ModelFolder, context.ResolveOptional(settings.Export), context.ResolveOptional(settings.Draw),
            context.ResolveOptional(settings.Calibration));
        calibration.Write(folder.PathOf(PlanCalibration.File));
        PlanFolder.Write(
            folder.FullPath, (weights, training, scoring) => Manifest(input, figures, evaluation, weights, training, scoring), plan.Program,
            evaluation.Program, input.Model.Matrices, input.Model.Vectors);
        var report = PlanReport.Text(input, figures, evaluation, calibration, programHash);
        folder.WriteText(ReportFile, report);
        await context.Output.WriteAsync(report);
        await context.Output.WriteLineAsync($"\n{folder.ShownPath}: {PlanManifest.FileName}, {PlanFolder.TrainingFile}, {PlanFolder.EvaluationFile}, "
            + $"{PlanFolder.WeightsFile}, {ReportFile}, {PlanCalibration.File}");
        context.AddResult("seconds", plan.Milliseconds / 1000);
        context.AddResult("refreshes", plan.Schedule.RefreshCount);
        context.AddResult("memory_bytes", figures.MemoryBytes);
        context.AddResult("signal_bits", figures.Noisiest.SignalBits ?? double.NaN);
        return ExitCode.Success;
    }

    /// <summary>That of an earlier plan, if it fits the program, or a new one.</summary>
    private static PlanCalibration Calibration(
        RunContext<PlanSettings> context, PlanInput input, string programHash, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var modelHash = Checkpoint.WeightsSha256(input.ModelFolder);
        if (settings.Calibration is { } file)
        {
            if (PlanCalibration.Read(context.Resolve(file), modelHash, programHash, input.Program) is { } known)
                return known;
            context.Notices.WriteLine($"{file}: was taken with another program of this model; calibrating anew");
        }
        var batches = PlanBatches.Of(input, context.ResolveOptional(settings.Export), settings.CalibrationSteps, settings.Seed);
        context.Notices.WriteLine($"calibrated on {batches.Source}");
        return context.Shown(progress =>
            PlanCalibration.Measure(input, batches, modelHash, programHash, progress, cancellation));
    }

    private static PlanManifest Manifest(
        PlanInput input, PlanFigures figures, ProgramPlan scoring, string weightsSha256, PlannedProgram training, PlannedProgram evaluation)
    {
        var settings = input.Draw.Settings;
        var scalars = Enumerable.Range(0, settings.Steps)
            .Select(step => input.Model.Constants(step + 1, settings.LearningRateAt(step)).Scalars).ToArray();
        return new PlanManifest
        {
            ParameterSet = input.Parameters.Name,
            Security = input.Parameters.SecurityDescription,
            ModelSha256 = Checkpoint.WeightsSha256(input.ModelFolder),
            WeightsSha256 = weightsSha256,
            Training = training,
            Evaluation = evaluation,
            Settings = settings,
            Shape = input.Draw.Shape,
            Scalars = scalars[0].Keys.Order(StringComparer.Ordinal).ToDictionary(
                name => name, IReadOnlyList<double> (name) => [.. scalars.Select(step => step[name])]),
            PredictedSeconds = figures.Plan.Milliseconds / 1000,
            PredictedBytes = figures.MemoryBytes,
            TrainingMemory = figures.Plan.RunMemory,
            EvaluationMemory = scoring.RunMemory,
        };
    }

    /// <exception cref="ConfigurationException">Too much memory, or too much noise.</exception>
    private static void Refuse(PlanSettings settings, long? budgetBytes, PlanFigures figures)
    {
        if (figures.MemoryBytes > budgetBytes)
        {
            throw new ConfigurationException(FormattableString.Invariant($"'he.memory' is {settings.He.Memory} GiB, and a run takes ")
                + $"{NumberText.Bytes(figures.MemoryBytes)}: {NumberText.Bytes(figures.KeyBytes)} of keys, "
                + $"{NumberText.Bytes(figures.Plan.Memory.PeakBytes)} of ciphertexts at the peak, "
                + $"{NumberText.Bytes(figures.DiagonalBytes + PlanFigures.EncodingBytes)} of diagonals and encodings; give more memory, a smaller batch or a smaller parameter set");
        }
        if (figures.Noisiest is var part && part.SignalBits < settings.LeastSignalBits)
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"{part.Name}: the signal of {part.Noisiest} is only 2^{part.SignalBits:F1} times the noise, ")
                + FormattableString.Invariant($"less than 2^{settings.LeastSignalBits}; ")
                + "use a parameter set with more precision, or lower least_signal_bits if the value does not matter");
        }
    }
}
