using Crammed.Bert;
using Crammed.Model;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>Exported fine-tuning data that is known to belong to a model.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Description">What it says of itself.</param>
/// <param name="Count">Number of examples.</param>
internal sealed record ExportedSplit(string Path, ExportedTaskDescription Description, int Count)
{
    private const string Remedy = "export the task with this model";

    /// <summary>Opens a folder and checks that it is of the split and made for the model; reads no example.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="split">The split that it must be of.</param>
    /// <param name="modelFolder">The checkpoint.</param>
    /// <param name="needsEmbeddings">
    /// Whether the embeddings must be this very model's; otherwise the tokens must be, and the weights may have changed since.
    /// </param>
    /// <exception cref="FileNotFoundException">The folder is missing.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or does not belong to the model; says what to do.</exception>
    public static ExportedSplit Open(string path, TaskSplit split, string modelFolder, bool needsEmbeddings = true)
    {
        var reader = ExportedTaskReader.Open(path);
        var description = reader.Description;
        var configuration = ModelFolder.Configuration(modelFolder);
        if (Problem(description, split, configuration) is { } problem)
            throw new InvalidDataException($"{path}: {problem}");
        if (description.VocabularySha256 != Checkpoint.Tokenizer(modelFolder).Sha256)
            throw new InvalidDataException($"{path}: was exported with another tokenizer than {modelFolder} has; {Remedy}");
        if (needsEmbeddings && description.ModelSha256 != Checkpoint.WeightsSha256(modelFolder))
            throw new InvalidDataException($"{path}: was exported with another model than {modelFolder}; {Remedy}");
        return new ExportedSplit(path, description, reader.Count);
    }

    /// <summary>Checks that it is of a task.</summary>
    /// <exception cref="InvalidDataException">It is of another one, or was exported with other labels.</exception>
    public void RequireTask(TaskDescription task)
    {
        if (Description.Task != task.Name)
            throw new InvalidDataException($"{Path}: holds the task {Description.Task}, where {task.Name} is needed");
        if (!Description.LabelNames.SequenceEqual(task.Labels))
        {
            throw new InvalidDataException(
                $"{Path}: has the labels [{string.Join(", ", Description.LabelNames)}], "
                + $"where {task.Name} has [{string.Join(", ", task.Labels)}]; export the task again");
        }
    }

    /// <summary>Reads the examples.</summary>
    /// <exception cref="InvalidDataException">A value is wrong; names row, column and value.</exception>
    public TaskData Read() => TaskData.Read(Path);

    private static string? Problem(ExportedTaskDescription description, TaskSplit split, BertConfiguration configuration)
    {
        var needed = split.ToString().ToLowerInvariant();
        if (description.Split != needed)
            return $"is the {description.Split} split, where the {needed} split is needed";
        if (description.SequenceLength != configuration.SequenceLength)
            return $"has sequences of {description.SequenceLength} tokens, where the model takes {configuration.SequenceLength}; {Remedy}";
        return description.Hidden == configuration.Hidden
            ? null
            : $"has embeddings of width {description.Hidden}, where the model has {configuration.Hidden}; {Remedy}";
    }
}
