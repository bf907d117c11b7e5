namespace Crammed.Text.Parquet;

/// <summary>
/// Puts the entries of a column's pages together: rows, lists and nulls from the levels. All arrays are allocated once, for the number
/// of entries and rows that the caller has checked.
/// </summary>
internal sealed class ColumnAssembler<T>
{
    private readonly ColumnLevels _levels;
    private readonly string _place;
    private readonly int[]? _offsets;
    private T[] _values;
    private bool[]? _present;
    private bool[]? _listPresent;
    private int _row;
    private int _count;
    private bool _rowHasNoElement;

    public ColumnAssembler(ColumnLevels levels, int entryCount, int rowCount, string place)
    {
        _levels = levels;
        _place = place;
        _values = new T[entryCount];
        if (levels.MaximumRepetition > 0)
            _offsets = new int[rowCount + 1];
    }

    /// <summary>Adds a page's entries.</summary>
    /// <param name="entryCount">Their number.</param>
    /// <param name="repetition">Repetition levels, or null.</param>
    /// <param name="definition">Definition levels, or null.</param>
    /// <returns>Where the page's elements begin in the column, and how many they are, nulls included.</returns>
    public (int Start, int Count) AddLevels(int entryCount, byte[]? repetition, byte[]? definition)
    {
        var start = _count;
        if (_offsets is null)
            _count += entryCount;
        else
            AddLists(entryCount, repetition!, definition!);
        return (start, _count - start);
    }

    /// <summary>The part of the column where a page's elements lie.</summary>
    public Span<T> Elements(int start, int count) => _values.AsSpan(start, count);

    /// <summary>Moves the values that are there, decoded to the front of a page's elements, each to its place between the nulls.</summary>
    public void Spread(int start, int count, int presentCount, byte[] definition)
    {
        var present = _present;
        if (present is null)
        {
            _present = present = new bool[_values.Length];
            Array.Fill(present, true, 0, start);
        }

        // From the back, so that no value is overwritten before it is moved.
        var (target, source) = (start + count - 1, start + presentCount - 1);
        for (var entry = definition.Length - 1; entry >= 0; entry--)
        {
            if (definition[entry] < _levels.ElementDefinition)
                continue;
            present[target] = definition[entry] == _levels.MaximumDefinition;
            _values[target] = present[target] ? _values[source--] : default!;
            target--;
        }
    }

    /// <summary>Notes that all of a page's elements are there.</summary>
    public void MarkPresent(int start, int count) => _present?.AsSpan(start, count).Fill(true);

    public ColumnData<T> Finish()
    {
        if (_offsets is null)
            return new ColumnData<T>(_values, _present, offsets: null, listPresent: null);
        if (_row != _offsets.Length - 1)
            throw new InvalidDataException($"{_place}: the column has {_row} rows where its row group has {_offsets.Length - 1}.");
        _offsets[_row] = _count;
        Array.Resize(ref _values, _count);
        if (_present is not null)
            Array.Resize(ref _present, _count);
        return new ColumnData<T>(_values, _present, _offsets, _listPresent);
    }

    private void AddLists(int entryCount, byte[] repetition, byte[] definition)
    {
        for (var entry = 0; entry < entryCount; entry++)
        {
            var hasElement = definition[entry] >= _levels.ElementDefinition;
            if (repetition[entry] == 0)
                StartRow(hasElement, isNull: definition[entry] < _levels.ElementDefinition - 1);
            else if (_row == 0 || _rowHasNoElement || !hasElement)
                throw new InvalidDataException($"{_place}: entry {entry} of a page continues a list that has no element.");
            _count += hasElement ? 1 : 0;
        }
    }

    private void StartRow(bool hasElement, bool isNull)
    {
        if (_row == _offsets!.Length - 1)
            throw new InvalidDataException($"{_place}: the column has more rows than its row group's {_row}.");
        _offsets[_row] = _count;
        if (isNull && _listPresent is null)
        {
            _listPresent = new bool[_offsets.Length - 1];
            Array.Fill(_listPresent, true);
        }

        if (isNull)
            _listPresent![_row] = false;
        _rowHasNoElement = !hasElement;
        _row++;
    }
}
