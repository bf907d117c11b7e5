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
        GlueColumns? columns = task.HasHeader ? null : GlueColumns.Find([.. task.Columns], task, path);
        int lineNumber = 0, index = 0;
        foreach (string line in TextLines.Read(path))
        {
            lineNumber++;
            if (columns is null)
            {
                columns = GlueColumns.Find(line.Split('\t'), task, path);
                continue;
            }
            string[] fields = columns.Split(line, path, lineNumber);
            string label = fields[columns.Label];
            yield return new Example(
                index++,
                fields[columns.First],
                columns.Second < 0 ? null : fields[columns.Second],
                label,
                LabelOf(label, task, path, lineNumber));
        }
        if (index == 0)
            throw new InvalidDataException($"{path}: no rows; expected the rows of GLUE's {task.OfficialFolder}.");
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
