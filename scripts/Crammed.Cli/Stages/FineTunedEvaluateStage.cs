using Crammed.Bert;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>
/// Evaluation in plaintext of what fine-tuning from text wrote: PEFT's files beside a base model, or a model trained whole and its head.
/// </summary>
internal sealed class FineTunedEvaluateStage : IDisposable
{
    private readonly TaskDescription _task;
    private readonly TaskData _data;
    private readonly BertModel _model;
    private readonly TaskClassifier _classifier;

    private FineTunedEvaluateStage(TaskDescription task, TaskData data, BertModel model, TaskClassifier classifier)
    {
        _task = task;
        _data = data;
        _model = model;
        _classifier = classifier;
    }

    /// <summary>The checkpoint that a run's folder needs: its own, if every weight was trained, otherwise the base model.</summary>
    /// <exception cref="FileNotFoundException">The folder is of no such run.</exception>
    public static string ModelFolderOf(string adaptersFolder, string baseModel)
    {
        if (IsWhole(adaptersFolder))
            return Path.Combine(adaptersFolder, StageFiles.Model);
        return File.Exists(Path.Combine(adaptersFolder, LoraFiles.Configuration))
            ? baseModel
            : throw new FileNotFoundException(
                $"{adaptersFolder}: has neither {LoraFiles.Configuration} nor {StageFiles.Model}/; "
                + "name the folder TASK/seed-N of a run of crammed finetune mode=lora or mode=full");
    }

    /// <summary>Reads model, adapters, head and data, and checks that they belong together.</summary>
    /// <exception cref="ArgumentException">The head is for a model of other sizes.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or belongs to another model or task.</exception>
    public static FineTunedEvaluateStage Load(FineTunedEvaluateInput input, TaskDescription task)
    {
        var split = ExportedSplit.Open(input.DevFile, TaskSplit.Dev, input.ModelFolder, needsEmbeddings: false);
        split.RequireTask(task);
        var data = split.Read();
        var model = Checkpoint.Load(input.ModelFolder);
        try
        {
            return new FineTunedEvaluateStage(task, data, model, Classifier(input, model, split.Description.Classes));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Predicts, and writes FOLDER/predictions.csv and FOLDER/metrics.csv as <see cref="EvaluateStage.Run"/> does.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public EvaluateOutcome Run(string folder, CancellationToken cancellation) =>
        EvaluateStage.Write(_task, _classifier.Predict(_data, cancellation: cancellation), folder);

    /// <inheritdoc/>
    public void Dispose()
    {
        _classifier.Dispose();
        _model.Dispose();
    }

    private static bool IsWhole(string adaptersFolder) => Directory.Exists(Path.Combine(adaptersFolder, StageFiles.Model));

    private static TaskClassifier Classifier(FineTunedEvaluateInput input, BertModel model, int classes)
    {
        if (!IsWhole(input.AdaptersFolder))
        {
            LoraFiles.RequireBaseModel(input.AdaptersFolder, input.ModelFolder);
            return TaskClassifier.Load(input.AdaptersFolder, model, classes);
        }
        string headFile = Path.Combine(input.AdaptersFolder, StageFiles.Adapters);
        var head = WeightFiles.ReadAdapters(headFile);
        return head.Shape.Classes == classes
            ? new TaskClassifier(model, head)
            : throw new InvalidDataException($"{headFile}: is for {head.Shape.Classes} classes, and {input.DevFile} has {classes}");
    }
}
