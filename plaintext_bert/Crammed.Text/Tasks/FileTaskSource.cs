using System.Globalization;
using System.Text.RegularExpressions;

namespace Crammed.Text;

/// <summary>A task whose splits are files in a folder.</summary>
internal sealed partial class FileTaskSource : ITaskSource
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

    private IReadOnlyList<string> Find(IReadOnlyList<string> names)
    {
        string[] complete = [.. names.Where(name => !name.Contains('*')).Select(name => Path.Combine(_folder, name))];
        if (complete.FirstOrDefault(File.Exists) is { } path)
            return [path];
        string[] fitting =
            [.. names.Where(name => name.Contains('*')).SelectMany(pattern => Directory.GetFiles(_folder, pattern)).Distinct()];
        return fitting switch
        {
            [_] => fitting,
            [] => throw new FileNotFoundException(
                $"{Path.Combine(_folder, names[0])}: the file does not exist"
                + (names.Count > 1 ? $", nor does {string.Join(" or ", names.Skip(1))}" : "") + "; put it there."),
            _ when _task.Format == TaskFileFormat.Parquet => Shards(fitting),
            _ => throw new IOException(
                $"{_folder}: several files fit {string.Join(", ", names)} ({string.Join(", ", fitting.Select(Path.GetFileName))}); keep one."),
        };
    }

    /// <summary>
    /// The files in the ordinal order of their names; where these count (NAME-00000-of-00003.parquet), none may be missing.
    /// </summary>
    private string[] Shards(string[] files)
    {
        Array.Sort(files, StringComparer.Ordinal);
        Match[] counted = [.. files.Select(file => Counted().Match(Path.GetFileName(file)))];
        if (!counted.Any(match => match.Success))
            return files;
        var total = counted.Max(match => match.Success ? int.Parse(match.Groups["total"].Value, CultureInfo.InvariantCulture) : 0);
        var expected = Enumerable.Range(0, total).Select(shard => FormattableString.Invariant($"{shard:D5}-of-{total:D5}"));
        return counted.Select(match => match.Groups["place"].Value).SequenceEqual(expected)
            ? files
            : throw new IOException(
                $"{_folder}: these are not all the parts of one file: {string.Join(", ", files.Select(Path.GetFileName))}; "
                + $"{total} are needed, each once, and no others.");
    }

    [GeneratedRegex(@"-(?<place>\d{5}-of-(?<total>\d{5}))\.parquet$")]
    private static partial Regex Counted();
}
