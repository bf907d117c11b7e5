using Crammed.Files;

namespace Crammed.Text;

/// <summary>The columns of a delimited file, and where those that are read stand among them.</summary>
internal sealed class ColumnIndex
{
    private readonly string _path;
    private readonly RowLayout _layout;
    private readonly IReadOnlyList<string> _names;
    private readonly int[] _positions;

    /// <summary>Finds the columns that are read among those of a file.</summary>
    /// <exception cref="InvalidDataException">One is missing.</exception>
    public ColumnIndex(IReadOnlyList<string> names, RowLayout layout, string path)
    {
        (_path, _layout, _names) = (path, layout, names);
        _positions = [.. layout.Fields.Select(PositionOf)];
    }

    /// <summary>Picks the fields that are read out of a row.</summary>
    /// <exception cref="InvalidDataException">The row has fewer or more fields than there are columns.</exception>
    public TaskRow Pick(string[] fields, string place) => fields.Length == _names.Count
        ? new TaskRow(place, Array.ConvertAll(_positions, position => fields[position]))
        : throw WrongCount(fields.Length, place);

    /// <summary>Refuses a row by the number of its fields.</summary>
    public InvalidDataException WrongCount(int count, string place) => new(
        $"{_path}, {place}: {count} fields; expected {_names.Count}: {ErrorText.Quote(string.Join(", ", _names))}.");

    /// <summary>Number of columns.</summary>
    public int Count => _names.Count;

    private int PositionOf(string column)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            if (_names[i] == column)
                return i;
        }
        throw new InvalidDataException(
            $"{_path}, line 1: column '{column}' is missing; the columns are {ErrorText.Quote(string.Join(", ", _names))}{_layout.Advice}.");
    }
}
