using System.Globalization;
using Crammed.Bert;
using Crammed.Files;
using Crammed.Model;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>A task of which some splits have been read and so are known to be well-formed.</summary>
internal sealed class LoadedTask(ITaskSource source, IEnumerable<TaskSplit> splits) : ITaskSource
{
    private readonly Dictionary<TaskSplit, IReadOnlyList<Example>> _examples = splits.ToDictionary(split => split, source.Read);

    /// <inheritdoc/>
    public TaskDescription Description => source.Description;

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">Another split than those that were read.</exception>
    public IReadOnlyList<Example> Read(TaskSplit split) => _examples[split];
}

/// <summary>A split that an export wrote.</summary>
/// <param name="Split">Which.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Examples">Examples in it.</param>
internal sealed record WrittenSplit(TaskSplit Split, string Folder, int Examples)
{
    /// <summary>Size of its files.</summary>
    public long Bytes => new DirectoryInfo(Folder).EnumerateFiles().Sum(file => file.Length);
}

/// <summary>What an export wrote of one task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Splits">Its splits.</param>
internal sealed record ExportOutcome(TaskDescription Task, IReadOnlyList<WrittenSplit> Splits)
{
    /// <summary>Folder of the training split.</summary>
    /// <exception cref="InvalidOperationException">It was not exported.</exception>
    public string TrainFolder => Of(TaskSplit.Train).Folder;

    /// <summary>Folder of the evaluation split.</summary>
    /// <exception cref="InvalidOperationException">It was not exported.</exception>
    public string DevFolder => Of(TaskSplit.Dev).Folder;

    /// <summary>A split.</summary>
    /// <exception cref="InvalidOperationException">It was not exported.</exception>
    public WrittenSplit Of(TaskSplit split) => Splits.Single(written => written.Split == split);
}

/// <summary>
/// Export: tasks to the folders train and dev, with token ids, masks, labels and the states that the first part of the model makes.
/// One task's folders lie in the run's folder, those of several in a folder for each.
/// </summary>
internal sealed class ExportStage : IDisposable
{
    private readonly ExportInput _input;
    private readonly GlueExporter _exporter;
    private readonly IReadOnlyList<LoadedTask> _tasks;

    private ExportStage(ExportInput input, GlueExporter exporter, IReadOnlyList<LoadedTask> tasks)
    {
        _input = input;
        _exporter = exporter;
        _tasks = tasks;
    }

    /// <summary>Reads the model and the splits of every task.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such task, one name twice, a task needs a folder of GLUE's files, or the model has no norm before its attention.
    /// </exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, for example a label is not one of the task's.</exception>
    public static ExportStage Load(ExportInput input)
    {
        if (input.Tasks.GroupBy(task => task.Description.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"two tasks have the name {twice.Key}; their files would have one name", nameof(input));
        var catalog = new TaskCatalog(input.GlueFolder, input.WordNetFolder);
        var sources = input.Tasks.Select(catalog.Open).ToList();
        var model = ModelFolder.Configuration(input.ModelFolder);
        if (input.Prefix == ClientPrefix.Norm && model.Style == EncoderStyle.Original)
            throw new ArgumentException($"prefix is norm, and {model.Architecture} begins with attention; give prefix=embedding");
        var tasks = sources.ConvertAll(source => new LoadedTask(source, input.Splits));
        return new ExportStage(input, GlueExporter.Open(input.ModelFolder), tasks);
    }

    /// <summary>The folder of a task in a run's folder.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="tasks">Tasks of the run.</param>
    public static string FolderOf(string folder, string task, int tasks) => tasks == 1 ? folder : Path.Combine(folder, task);

    /// <summary>Writes every split.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Ends the export between two batches.</param>
    /// <param name="kept">Told, in words, what an interruption would leave.</param>
    /// <exception cref="OperationCanceledException">Cancelled; whole parts are left for an export that resumes this one.</exception>
    /// <exception cref="InvalidDataException">What is resumed was begun with other data, another model or other settings.</exception>
    public IReadOnlyList<ExportOutcome> Run(
        string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation, Action<string>? kept = null) =>
        [.. _tasks.Select(task =>
        {
            var files = FolderOf(folder, task.Description.Name, _tasks.Count);
            Directory.CreateDirectory(files);
            return new ExportOutcome(
                task.Description, [.. _input.Splits.Select(split => Export(task, split, files, progress, cancellation, kept))]);
        })];

    /// <inheritdoc/>
    public void Dispose() => _exporter.Dispose();

    private WrittenSplit Export(
        LoadedTask task, TaskSplit split, string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation,
        Action<string>? kept)
    {
        var path = Path.Combine(folder, split == TaskSplit.Train ? StageFiles.Train : StageFiles.Dev);
        var title = $"exporting {task.Description.Name}, {Path.GetFileName(path)}";
        var options = new ExportOptions
        {
            Limit = split == TaskSplit.Train ? _input.TrainLimit : _input.DevLimit,
            Seed = _input.Seed,
            Prefix = _input.Prefix,
            Resume = _input.Resume,
        };
        var relay = new RelayedProgress<ExportProgress>(report =>
        {
            kept?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Kept:N0} of {report.Total:N0} examples of {task.Description.Name}'s {Name(split)}"));
            progress?.Report(new WorkProgress(title, report.Done, report.Total, "examples"));
        });
        return new WrittenSplit(split, path, _exporter.Export(task, split, path, options, relay, cancellation));
    }

    private static string Name(TaskSplit split) => split == TaskSplit.Train ? "training split" : "evaluation split";
}
