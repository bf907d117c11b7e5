using Crammed.Bert;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>Export: a task to train.parquet and dev.parquet, with token ids, masks, labels and the model's embeddings.</summary>
internal sealed class ExportStage : IDisposable
{
    private readonly ExportInput _input;
    private readonly GlueExporter _exporter;
    private readonly LoadedTask _task;

    private ExportStage(ExportInput input, GlueExporter exporter, LoadedTask task)
    {
        _input = input;
        _exporter = exporter;
        _task = task;
    }

    /// <summary>Reads the model and both splits of the task.</summary>
    /// <exception cref="ArgumentException">There is no such task, or it needs a folder of GLUE's files.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, for example a label is not one of the task's.</exception>
    public static ExportStage Load(ExportInput input)
    {
        var source = new TaskCatalog(input.GlueFolder, input.WordNetFolder).Open(input.Task);
        ModelFolder.Configuration(input.ModelFolder);
        var task = new LoadedTask(source);
        return new ExportStage(input, GlueExporter.Open(input.ModelFolder), task);
    }

    /// <summary>Writes both splits.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; no incomplete file is left.</exception>
    public ExportOutcome Run(string folder, IProgress<StageProgress>? progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        string train = Path.Combine(folder, StageFiles.Train), dev = Path.Combine(folder, StageFiles.Dev);
        int trainExamples = Export(TaskSplit.Train, train, _input.TrainLimit, progress, cancellation);
        int devExamples = Export(TaskSplit.Dev, dev, _input.DevLimit, progress, cancellation);
        long bytes = new FileInfo(train).Length + new FileInfo(dev).Length;
        return new ExportOutcome(_task.Description, train, dev, trainExamples, devExamples, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _exporter.Dispose();

    private int Export(TaskSplit split, string path, int? limit, IProgress<StageProgress>? progress, CancellationToken cancellation)
    {
        string title = $"exporting {Path.GetFileNameWithoutExtension(path)}";
        var relay = new RelayedProgress<ExportProgress>(
            report => progress?.Report(new StageProgress(title, report.Done, report.Total, "examples")));
        return _exporter.Export(_task, split, path, limit, _input.Seed, relay, cancellation);
    }
}
