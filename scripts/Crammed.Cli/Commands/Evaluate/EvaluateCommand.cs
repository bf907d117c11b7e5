using Crammed.Bert;
using Crammed.Ckks;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary><c>crammed evaluate</c>: scores of a model with adapters and head, trained or initial, on a task's evaluation split.</summary>
internal sealed class EvaluateCommand : ICommandHandler<EvaluateCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<EvaluateCommandSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        if (settings.Fhe is not null)
            return await EncryptedEvaluate.RunAsync(context, cancellationToken);
        settings.Impl.Apply();
        string? adapters = context.ResolveOptional(settings.Adapters), draw = context.ResolveOptional(settings.Draw);
        var input = Input(context, adapters, draw);
        using var stage = EvaluateStage.Load(input);
        var polynomials = settings.Functions == FunctionKind.Polynomial ? PolynomialStage.Load(stage, Polynomials(context)) : null;
        var folder = context.CreateOutputFolder(
            settings.Name, input.ModelFolder, input.DevFolder, input.Tuned is null ? adapters : adapters + Path.DirectorySeparatorChar, draw);
        var lines = polynomials is null
            ? Lines(Scored(context, "", stage.Run(folder.FullPath, cancellationToken)), folder.ShownPath)
            : PolynomialLines.Of(Scored(context, Run(polynomials, folder, cancellationToken)), settings.NoiseBits, folder.ShownPath);
        await lines.WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static PolynomialOutcome Scored(RunContext<EvaluateCommandSettings> context, PolynomialOutcome outcome)
    {
        Scored(context, "", outcome.Exact);
        Scored(context, "polynomial_", outcome.Polynomial);
        return outcome;
    }

    private static EvaluateOutcome Scored(RunContext<EvaluateCommandSettings> context, string prefix, EvaluateOutcome outcome)
    {
        foreach (var score in outcome.Scores)
            context.AddResult(prefix + score.Metric, score.Value, score.Chance);
        return outcome;
    }

    private static PolynomialOutcome Run(PolynomialStage stage, OutputFolder folder, CancellationToken cancellation)
    {
        try
        {
            return stage.Run(folder.FullPath, cancellation);
        }
        catch (DomainViolationException exception)
        {
            // Other ranges would have prevented it: bad input, not a fault of the program.
            throw new ConfigurationException(
                $"{exception.Message}, or count such values with polynomial.out_of_range=report; "
                + $"the ranges over these examples are in {folder.ShownPath}/{CheckpointFiles.Calibration}", exception);
        }
    }

    private static EvaluateInput Input(RunContext<EvaluateCommandSettings> context, string? adapters, string? draw)
    {
        var settings = context.Settings;
        var isTuned = Directory.Exists(adapters);
        var model = context.Resolve(settings.Model);
        if (isTuned)
            model = TunedFolder.ModelFolderOf(adapters!, model);
        var weights = isTuned ? null
            : adapters is null ? TrainedWeights.Initial(WeightFiles.ReadDraw(draw!)) : WeightFiles.ReadAdapters(adapters);
        var definition = settings.Eval.Tasks.ToDefinition();
        var file = settings.Source == ExampleSource.Export ? Path.Combine(context.Resolve(settings.Export), StageFiles.Dev) : null;
        return new EvaluateInput
        {
            ModelFolder = model,
            DevFolder = file,
            Text = new TextTask(
                definition, context.ResolveOptional(settings.Data.Glue), context.Resolve(settings.Data.Wordnet), settings.DevLimit),
            Task = file is null
                ? definition.Description
                : TaskSettings.DescriptionOf(
                    ExportedSplit.Open(file, TaskSplit.Dev, model, needsEmbeddings: !isTuned).Description, context.Configurations, file),
            Weights = weights,
            Tuned = isTuned ? adapters : null,
        };
    }

    private static PolynomialInput Polynomials(RunContext<EvaluateCommandSettings> context)
    {
        var (settings, model) = (context.Settings.Polynomial, context.Resolve(context.Settings.Model));
        return new PolynomialInput(
            settings.Ranges == RangeSource.Calibration ? Path.Combine(model, CheckpointFiles.Calibration) : null,
            settings.Margin,
            CkksParameters.Create(NamedParameters.Find(settings.Parameters)).WorkingLevel,
            new TwinSettings
            {
                NoiseBits = context.Settings.NoiseBits,
                NoiseSeed = settings.NoiseSeed,
                OutOfRange = settings.OutOfRange,
            },
            settings.GaussianKernel);
    }

    /// <summary>Scores in words.</summary>
    internal static ResultLines Lines(EvaluateOutcome outcome, string folder)
    {
        var lines = new ResultLines().Add("task", $"{outcome.Task.Name}, {NumberText.Count(outcome.Examples)} examples for evaluation");
        foreach (var score in outcome.Scores)
        {
            var remark = score.IsNearChance ? "; not two standard errors above it" : "";
            lines.Add(
                score.Metric, $"{NumberText.Score(score.Value, score.StandardError)} (chance: {NumberText.Score(score.Chance)}{remark})");
        }
        return lines.Add("files", $"{folder}/{StageFiles.Predictions}, {StageFiles.Metrics}");
    }
}
