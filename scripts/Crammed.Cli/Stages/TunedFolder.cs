using Crammed.Bert;

namespace Crammed.Cli.Stages;

/// <summary>The folder TASK/seed-N that fine-tuning from text writes: PEFT's files beside a base model, or a model trained whole and its head.</summary>
internal static class TunedFolder
{
    /// <summary>The checkpoint that the folder needs: its own, if every weight was trained, otherwise the base model.</summary>
    /// <exception cref="FileNotFoundException">The folder is of no such run.</exception>
    public static string ModelFolderOf(string folder, string baseModel)
    {
        if (IsWhole(folder))
            return Path.Combine(folder, StageFiles.Model);
        return File.Exists(Path.Combine(folder, LoraFiles.Configuration))
            ? baseModel
            : throw new FileNotFoundException(
                $"{folder}: has neither {LoraFiles.Configuration} nor {StageFiles.Model}/; "
                + "name the folder TASK/seed-N of a run of crammed finetune mode=lora or mode=full");
    }

    /// <summary>The model with its head, and with its adapters where it has them.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="modelFolder">As <see cref="ModelFolderOf"/> says.</param>
    /// <param name="model">That checkpoint, loaded; owned by the caller.</param>
    /// <param name="classes">Classes of the data, 0 for regression.</param>
    /// <param name="labels">The task's labels, in the order of its classes; empty for regression.</param>
    /// <exception cref="ArgumentException">The head is for a model of other sizes.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, for another model or for other classes.</exception>
    public static TaskClassifier Load(string folder, string modelFolder, BertModel model, int classes, IReadOnlyList<string> labels)
    {
        if (!IsWhole(folder))
        {
            LoraFiles.RequireFits(folder, modelFolder, labels);
            // crammed import writes an imported model's head beside it.
            var baseHead = Path.Combine(modelFolder, "..", StageFiles.Adapters);
            return TaskClassifier.Load(folder, model, classes, File.Exists(baseHead) ? WeightFiles.ReadAdapters(baseHead) : null);
        }
        var headFile = Path.Combine(folder, StageFiles.Adapters);
        var head = WeightFiles.ReadAdapters(headFile);
        if (head.HasAdapters)
            throw new InvalidDataException($"{headFile}: has adapters, and a model with every weight trained has none");
        return head.Shape.Classes == classes
            ? new TaskClassifier(model, head.InOrderOf(labels, headFile))
            : throw new InvalidDataException($"{headFile}: is for {head.Shape.Classes} classes, and the task has {classes}");
    }

    private static bool IsWhole(string folder) => Directory.Exists(Path.Combine(folder, StageFiles.Model));
}
