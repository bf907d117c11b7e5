using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Plan;

/// <summary>
/// <c>crammed plan</c>: from a checkpoint to the program of a training step with levels and refreshes, and what a run will take, before any
/// key is made or anything is encrypted.
/// </summary>
internal sealed class PlanCommand : ICommandHandler<PlanSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PlanSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var stage = PlanStage.Load(Request(context));
        context.RequireOutputName(settings.Name);
        var outcome = stage.Run(context.Notices.WriteLine, context.Display, cancellationToken);
        var folder = context.CreateOutputFolder(
            settings.Name, stage.Input.ModelFolder, context.ResolveOptional(settings.Export), context.ResolveOptional(settings.Draw),
            context.ResolveOptional(settings.Calibration));
        await context.Output.WriteAsync(outcome.Write(folder.FullPath));
        await context.Output.WriteLineAsync($"\n{folder.ShownPath}: {string.Join(", ", PlanOutcome.Files)}");
        var (plan, figures) = (outcome.Figures.Plan, outcome.Figures);
        context.AddResult("seconds", plan.Milliseconds / 1000);
        context.AddResult("refreshes", plan.Schedule.RefreshCount);
        context.AddResult("memory_bytes", figures.MemoryBytes);
        context.AddResult("signal_bits", figures.Noisiest.SignalBits ?? double.NaN);
        return ExitCode.Success;
    }

    private static PlanRequest Request(RunContext<PlanSettings> context)
    {
        var settings = context.Settings;
        var model = context.Resolve(settings.Model);
        return new PlanRequest
        {
            ModelFolder = model,
            Draw = settings.Draw is { } file ? WeightFiles.ReadDraw(context.Resolve(file)) : OneStep(settings, model),
            ExportFolder = context.ResolveOptional(settings.Export),
            CalibrationFile = context.ResolveOptional(settings.Calibration),
            CostFiles = [.. settings.Costs.Select(context.Resolve)],
            Planning = settings,
            Encryption = settings.He,
        };
    }

    /// <summary>Where no draw is given: one of a single step.</summary>
    private static FineTuningDraw OneStep(PlanSettings settings, string model)
    {
        var training = settings.Eval.Finetune.ToFineTuningSettings() with { Steps = 1 };
        return FineTuningDraw.Create(settings.Seed, training, ModelFolder.Configuration(model), training.BatchSize);
    }
}
