namespace Crammed.Text;

/// <summary>A task whose splits are files in a folder.</summary>
internal sealed class FileTaskSource : ITaskSource
{
    private readonly TaskDefinition _task;
    private readonly string _folder;

    /// <param name="task">Its folders, files and columns.</param>
    /// <param name="root">Where the task's relative folders are; null where all are absolute.</param>
    /// <exception cref="ArgumentException">A relative folder, and no root.</exception>
    /// <exception cref="DirectoryNotFoundException">The root or each of the folders is missing.</exception>
    public FileTaskSource(TaskDefinition task, string? root)
    {
        _task = task;
        if (root is null && !task.Folders.All(Path.IsPathFullyQualified))
        {
            throw new ArgumentException(
                $"Task '{Description.Name}' needs its files: give the folder (data.glue) that holds {task.Folders[0]}/{task.TrainFiles[0]} "
                + $"and {task.Folders[0]}/{task.DevFiles[0]}.");
        }
        if (root is not null && !Directory.Exists(root))
        {
            throw new DirectoryNotFoundException(
                $"{root}: the folder of tasks does not exist; give the folder that holds {task.Folders[0]}/{task.TrainFiles[0]}.");
        }
        string[] candidates = [.. task.Folders.Select(folder => Path.Combine(root ?? "", folder))];
        _folder = candidates.FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException(
                $"{candidates[0]}: the folder of task '{Description.Name}' does not exist; "
                + $"put {task.TrainFiles[0]} and {task.DevFiles[0]} there.");
    }

    /// <inheritdoc/>
    public TaskDescription Description => _task.Description;

    /// <inheritdoc/>
    public IReadOnlyList<Example> Read(TaskSplit split) =>
        [.. TaskFile.Read(Find(split == TaskSplit.Train ? _task.TrainFiles : _task.DevFiles), _task)];

    private string Find(IReadOnlyList<string> names)
    {
        string[] complete = [.. names.Where(name => !name.Contains('*')).Select(name => Path.Combine(_folder, name))];
        if (complete.FirstOrDefault(File.Exists) is { } path)
            return path;
        string[] fitting =
            [.. names.Where(name => name.Contains('*')).SelectMany(pattern => Directory.GetFiles(_folder, pattern)).Distinct()];
        return fitting switch
        {
            [string only] => only,
            [] => throw new FileNotFoundException(
                $"{Path.Combine(_folder, names[0])}: the file does not exist"
                + (names.Count > 1 ? $", nor does {string.Join(" or ", names.Skip(1))}" : "") + "; put it there."),
            _ => throw new IOException(
                $"{_folder}: several files fit {string.Join(", ", names)} ({string.Join(", ", fitting.Select(Path.GetFileName))}); keep one."),
        };
    }
}
