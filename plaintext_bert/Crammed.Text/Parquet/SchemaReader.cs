using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Turns the schema's nodes into columns.</summary>
internal sealed class SchemaReader
{
    private const int DeepestNesting = 32;

    private readonly List<SchemaElement> _elements;
    private readonly string _place;
    private readonly List<ParquetColumn> _columns = [];
    private readonly List<string> _path = [];
    private int _next = 1;

    private SchemaReader(List<SchemaElement> elements, string place)
    {
        _elements = elements;
        _place = place;
    }

    /// <summary>The columns of a schema given depth first, the root first.</summary>
    /// <exception cref="InvalidDataException">The nodes do not form a tree with a value type at each leaf.</exception>
    public static List<ParquetColumn> Columns(List<SchemaElement> elements, string place)
    {
        if (elements.Count == 0)
            throw new InvalidDataException($"{place}: the schema is empty.");
        var reader = new SchemaReader(elements, place);
        reader.AddChildren(elements[0], default);
        if (reader._next != elements.Count)
            throw reader.Malformed($"has {elements.Count} nodes, of which its tree uses {reader._next}");
        return reader._columns;
    }

    private void AddChildren(SchemaElement parent, ColumnLevels levels)
    {
        if (_path.Count > DeepestNesting)
            throw Malformed($"is nested more than {DeepestNesting} deep");
        var left = _elements.Count - _next;
        if (parent.ChildCount < 0 || parent.ChildCount > left)
            throw Malformed($"node {ErrorText.Quote(parent.Name)} has {parent.ChildCount} children, and {left} nodes are left");
        for (var child = 0; child < parent.ChildCount; child++)
        {
            if (_next == _elements.Count)
                throw Malformed($"ends before the last child of node {ErrorText.Quote(parent.Name)}");
            AddNode(_elements[_next++], levels);
        }
    }

    private void AddNode(SchemaElement node, ColumnLevels levels)
    {
        if (node.Repetition != Repetition.Required)
            levels = levels with { MaximumDefinition = levels.MaximumDefinition + 1 };
        if (node.Repetition == Repetition.Repeated)
        {
            levels = levels with
            {
                MaximumRepetition = levels.MaximumRepetition + 1,
                ElementDefinition = levels.MaximumDefinition,
            };
        }

        _path.Add(node.Name);
        if (node.Type is { } type)
            _columns.Add(new ParquetColumn([.. _path], type, node.Annotation == ConvertedType.Utf8, levels));
        else
            AddChildren(node, levels);
        _path.RemoveAt(_path.Count - 1);
    }

    private InvalidDataException Malformed(string what) => new($"{_place}: the schema {what}.");
}
