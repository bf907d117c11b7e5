using System.Globalization;
using Crammed.Text.Safetensors;

namespace Crammed.Text;

/// <summary>Reads a GLUE file: tab-separated, without quoting (a double quote is a character like any other).</summary>
public static class GlueReader
{
    /// <summary>The examples of a .tsv or .tsv.gz file in order.</summary>
    /// <exception cref="InvalidDataException">
    /// A column is missing, a row has too few or too many fields, or a label is not one of the task's; names file, line, field, value and
    /// what is expected.
    /// </exception>
    public static IEnumerable<Example> Read(string path, GlueTask task)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(task);
        return ReadRows(path, task);
    }

    private static IEnumerable<Example> ReadRows(string path, GlueTask task)
    {
        string[]? columns = task.HasHeader ? null : [.. task.Columns];
        int first = 0, second = 0, label = 0, lineNumber = 0, index = 0;
        foreach (string line in TextLines.Read(path))
        {
            lineNumber++;
            string[] fields = line.Split('\t');
            bool isHeader = columns is null;
            if (lineNumber == 1)
            {
                columns ??= fields;
                first = IndexOf(task.FirstColumn, columns, path);
                second = task.SecondColumn is null ? -1 : IndexOf(task.SecondColumn, columns, path);
                label = IndexOf(task.LabelColumn, columns, path);
            }
            if (isHeader)
                continue;
            if (fields.Length != columns!.Length)
            {
                throw new InvalidDataException(
                    $"{path}, line {lineNumber}: {fields.Length} fields; expected {columns.Length}, separated by tabs: "
                    + ErrorText.Quote(string.Join(", ", columns)) + ".");
            }
            yield return new Example(
                index++, fields[first], second < 0 ? null : fields[second], fields[label], LabelOf(fields[label], task, path, lineNumber));
        }
        if (index == 0)
            throw new InvalidDataException($"{path}: no rows; expected the rows of GLUE's {task.OfficialFolder}.");
    }

    private static int IndexOf(string column, string[] columns, string path)
    {
        int index = Array.IndexOf(columns, column);
        return index >= 0
            ? index
            : throw new InvalidDataException($"{path}, line 1: column '{column}' is missing; the header is {ErrorText.Quote(string.Join(", ", columns))}.");
    }

    private static double LabelOf(string text, GlueTask task, string path, int lineNumber)
    {
        TaskDescription description = task.Description;
        if (description.Kind == TaskKind.Classification)
        {
            for (int label = 0; label < description.Labels.Count; label++)
            {
                if (description.Labels[label] == text)
                    return label;
            }
            throw Fault(string.Join(" or ", description.Labels));
        }
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double score)
            && score <= task.MaximumScore
            ? score
            : throw Fault($"a number from 0 to {task.MaximumScore.ToString(CultureInfo.InvariantCulture)}");

        InvalidDataException Fault(string expected) =>
            new($"{path}, line {lineNumber}: field '{task.LabelColumn}' is {ErrorText.Quote(text)}; expected {expected}.");
    }
}
