using Crammed.Text.Safetensors;

namespace Crammed.Text;

/// <summary>The columns of one GLUE file: their names, and where a task's texts and label stand (second: -1 where there is none).</summary>
internal sealed record GlueColumns(string[] Names, int First, int Second, int Label)
{
    /// <summary>Finds a task's columns among those of a file.</summary>
    /// <exception cref="InvalidDataException">One is missing.</exception>
    public static GlueColumns Find(string[] names, GlueTask task, string path)
    {
        return new GlueColumns(
            names, IndexOf(task.FirstColumn), task.SecondColumn is null ? -1 : IndexOf(task.SecondColumn), IndexOf(task.LabelColumn));

        int IndexOf(string column)
        {
            int index = Array.IndexOf(names, column);
            return index >= 0
                ? index
                : throw new InvalidDataException(
                    $"{path}, line 1: column '{column}' is missing; the header is {ErrorText.Quote(string.Join(", ", names))}.");
        }
    }

    /// <summary>The fields of a row.</summary>
    /// <exception cref="InvalidDataException">They are fewer or more than the columns.</exception>
    public string[] Split(string row, string path, int lineNumber)
    {
        int count = row.AsSpan().Count('\t') + 1;
        return count == Names.Length
            ? row.Split('\t')
            : throw new InvalidDataException(
                $"{path}, line {lineNumber}: {count} fields; expected {Names.Length}, separated by tabs: "
                + ErrorText.Quote(string.Join(", ", Names)) + ".");
    }
}
