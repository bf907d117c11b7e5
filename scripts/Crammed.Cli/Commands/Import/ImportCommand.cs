using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Text;

namespace Crammed.Cli.Commands.Import;

/// <summary>
/// <c>crammed import</c>: a BERT of Hugging Face's transformers to outputs/NAME/model, and its classifier, where it has one, to
/// outputs/NAME/adapters.safetensors.
/// </summary>
internal sealed class ImportCommand : ICommandHandler<ImportSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ImportSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var source = context.Resolve(settings.Hf);
        var vocabulary = context.ResolveOptional(settings.Vocabulary) ?? source;
        var tokenizer = BertTokenizer.Load(vocabulary, source, settings.SequenceLength);
        using var imported = HuggingFaceCheckpoint.Load(source, new ImportOptions
        {
            SequenceLength = settings.SequenceLength,
            Labels = settings.Labels,
        });
        var model = imported.Model.Configuration;
        if (tokenizer.Vocabulary.Count > model.VocabularySize)
            throw new InvalidDataException($"{vocabulary}: {tokenizer.Vocabulary.Count} tokens, the model knows {model.VocabularySize}");
        cancellationToken.ThrowIfCancellationRequested();
        var folder = context.CreateOutputFolder(settings.Name, source + Path.DirectorySeparatorChar, vocabulary);
        Checkpoint.Save(imported.Model, tokenizer, folder.PathOf(StageFiles.Model));
        imported.Head?.Write(folder.PathOf(StageFiles.Adapters));
        await Lines(imported, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(ImportedBert imported, string folder)
    {
        var model = imported.Model.Configuration;
        var parameters = imported.Model.parameters().Sum(parameter => parameter.numel());
        var lines = new ResultLines().Add(
            "model", $"{folder}/{StageFiles.Model}: {model.Layers} x {model.Hidden}, vocabulary {NumberText.Count(model.VocabularySize)}, "
                + $"{NumberText.Count(parameters)} parameters");
        if (imported.Head is null)
            return lines.Add("next", $"crammed finetune mode=lora model={folder}/{StageFiles.Model} eval/tasks=rte data.glue=DIR");
        var names = imported.Head.Labels is { } labels ? $" ({string.Join(", ", labels)})" : "";
        var outputs = model.Classes == 0 ? "one output" : $"{model.Classes} classes{names}";
        return lines.Add("head", $"{folder}/{StageFiles.Adapters}: {outputs}")
            .Add("next", $"crammed evaluate adapters={folder} source=text eval/tasks=sst2 data.glue=DIR");
    }
}
