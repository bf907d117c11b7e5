using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Text;

namespace Crammed.Cli.Commands.Predict;

/// <summary><c>crammed predict</c>: a trained run's answers to texts without labels, in plaintext or by an evaluation's program.</summary>
internal sealed class PredictCommand : ICommandHandler<PredictCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PredictCommandSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        var texts = TextsOf(context);
        var trained = TrainedRun.Open(context.Resolve(settings.Adapters));
        var model = trained.ModelFolderOf(context.Resolve(settings.Model));
        ModelFolder.Configuration(model);
        return settings.Fhe is null
            ? await InPlaintextAsync(context, texts, trained, model, cancellationToken)
            : await EncryptedPredict.RunAsync(context, texts, trained, model, cancellationToken);
    }

    /// <summary>Writes FOLDER/predictions.csv and what stands in it in a few lines.</summary>
    internal static ResultLines Write(
        RunContext<PredictCommandSettings> context, PredictionTexts texts, double[][] logits, OutputFolder folder, string how)
    {
        var settings = context.Settings;
        PredictionTable.Of(texts, logits, settings.Id, settings.CopyText).Write(folder.PathOf(StageFiles.Predictions));
        context.AddResult("texts", logits.Length);
        var counts = PredictionTable.Counts(texts, logits);
        var answers = counts.Count > 0
            ? string.Join(", ", counts.Select(count => $"{NumberText.Count(count.Count)} {count.Label}"))
            : $"scores from {NumberText.Short(logits.Min(values => values[0]))} to {NumberText.Short(logits.Max(values => values[0]))}";
        return new ResultLines()
            .Add("texts", $"{NumberText.Count(logits.Length)} of {texts.Source}, {how}")
            .Add(texts.Task.Name, answers)
            .Add("files", $"{folder.ShownPath}/{StageFiles.Predictions}");
    }

    private static async Task<int> InPlaintextAsync(
        RunContext<PredictCommandSettings> context, PredictionTexts texts, TrainedRun trained, string model, CancellationToken cancellation)
    {
        using var stage = EvaluateStage.Load(new EvaluateInput
        {
            ModelFolder = model,
            DevFolder = null,
            Source = texts.AsTask,
            Task = texts.Task,
            Weights = trained.Weights,
            Tuned = trained.Tuned,
        });
        var folder = context.CreateOutputFolder(
            context.Settings.Name, model, trained.Path, trained.Path + Path.DirectorySeparatorChar, context.ResolveOptional(context.Settings.Input));
        var logits = stage.Classifier.Predict(stage.Data, cancellation: cancellation).Logits;
        await Write(context, texts, logits, folder, "in plaintext").WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static PredictionTexts TextsOf(RunContext<PredictCommandSettings> context)
    {
        var settings = context.Settings;
        var definition = settings.Eval.Tasks.ToDefinition();
        if (settings.Input is null)
        {
            return PredictionTexts.OfTask(
                new TextTask(definition, context.ResolveOptional(settings.Data.Glue), context.Resolve(settings.Data.Wordnet), settings.Limit));
        }
        var columns = settings.Text.Count > 0 ? settings.Text : definition.TextColumns;
        var table = new TextTable
        {
            Path = context.Resolve(settings.Input),
            // A text file has no columns; what the texts are called is for messages.
            TextColumns = columns.Count > 0 ? columns : ["text"],
            IdColumn = settings.Id,
            Columns = settings.Columns,
            Advice = "; name what is read with text=[...] and id=, or with columns=[...] the columns of a file without a header",
        };
        return PredictionTexts.OfFile(definition.Description, table, settings.Limit);
    }
}
