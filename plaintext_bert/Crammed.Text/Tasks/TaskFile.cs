using System.Globalization;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>Reads the files of a task.</summary>
public static class TaskFile
{
    internal static IReadOnlyDictionary<TaskFileFormat, Func<string, RowLayout, IEnumerable<TaskRow>>> Rows { get; } =
        new Dictionary<TaskFileFormat, Func<string, RowLayout, IEnumerable<TaskRow>>>
        {
            [TaskFileFormat.Tsv] = TsvRows.Read,
            [TaskFileFormat.Csv] = CsvRows.Read,
            [TaskFileFormat.Jsonl] = JsonRows.Read,
            [TaskFileFormat.Parquet] = ParquetRows.Read,
        };

    /// <summary>The examples in order.</summary>
    /// <exception cref="InvalidDataException">
    /// A column is missing, a row is malformed, or a label is not one of the task's; names file, line (or row), field, value and what is
    /// expected.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IEnumerable<Example> Read(string path, TaskDefinition task)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read([path], task);
    }

    /// <summary>The examples of several files that together are one, in the order given.</summary>
    /// <inheritdoc cref="Read(string, TaskDefinition)"/>
    public static IEnumerable<Example> Read(IReadOnlyList<string> paths, TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(task);
        return ReadRows(paths, task);
    }

    private static IEnumerable<Example> ReadRows(IReadOnlyList<string> paths, TaskDefinition task)
    {
        var index = 0;
        foreach (var path in paths)
        {
            foreach (var row in Rows[task.Format](path, task.Layout))
            {
                var label = row.Fields[^1];
                yield return new Example(
                    index++,
                    row.Fields[0],
                    task.Description.IsPair ? row.Fields[1] : null,
                    label,
                    LabelOf(label, task, path, row.Place));
            }
        }
        if (index == 0)
            throw new InvalidDataException($"{paths[0]}: no rows; expected those of the task '{task.Description.Name}'.");
    }

    private static double LabelOf(string text, TaskDefinition task, string path, string place)
    {
        if (task.ScoreRange is not var (minimum, maximum))
        {
            var labels = task.Description.Labels;
            for (var label = 0; label < labels.Count; label++)
            {
                if (labels[label] == text)
                    return label;
            }
            throw Fault(string.Join(" or ", labels));
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            && score >= minimum && score <= maximum
            ? score
            : throw Fault(FormattableString.Invariant($"a number from {minimum} to {maximum}"));

        InvalidDataException Fault(string expected) =>
            new($"{path}, {place}: field '{task.LabelColumn}' is {ErrorText.Quote(text)}; expected {expected}.");
    }
}
