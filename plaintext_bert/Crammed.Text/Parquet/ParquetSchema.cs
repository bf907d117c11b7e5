using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>A node of a file's schema, as DuckDB lists them: each before those below it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Children">Nodes directly below it; 0 for a leaf.</param>
/// <param name="IsRepeated">Whether it is the inner part of a list or map.</param>
internal sealed record ParquetNode(string Name, long Children, bool IsRepeated);

/// <summary>The leaves of a file's schema: where each is in a row.</summary>
internal sealed class ParquetSchema
{
    private const int DeepestNesting = 32;

    private readonly string _path;
    private readonly List<Leaf> _leaves = [];

    /// <summary>Takes a file's nodes.</summary>
    /// <exception cref="InvalidDataException">They are no tree, or nested too deeply.</exception>
    public ParquetSchema(string path, IReadOnlyList<ParquetNode> nodes)
    {
        _path = path;
        if (nodes.Count < 2)
            throw new InvalidDataException($"{path}: the file has no columns.");
        var next = 1;
        for (var column = 0; column < nodes[0].Children; column++)
            Add(nodes, ref next, "", $"c{column}", isList: false, depth: 1);
        Aliases = [.. Enumerable.Range(0, (int)nodes[0].Children).Select(column => $"c{column}")];
    }

    /// <summary>Names for the columns, at the top of the schema, that are surely different.</summary>
    public IReadOnlyList<string> Aliases { get; }

    /// <summary>Paths of the leaves that hold one value a row.</summary>
    public IEnumerable<string> SingleValues => _leaves.Where(leaf => !leaf.IsList).Select(leaf => leaf.Path);

    /// <summary>What gets a leaf out of a row of <see cref="Aliases"/>, in SQL.</summary>
    /// <param name="name">Its path, or the name of a column with one leaf alone.</param>
    /// <exception cref="InvalidDataException">There is none, more than one, or it holds lists.</exception>
    public string Expression(string name)
    {
        var found = _leaves.FindAll(leaf => leaf.Path == name);
        if (found.Count == 0)
            found = _leaves.FindAll(leaf => leaf.Path.StartsWith(name + '.', StringComparison.Ordinal));
        if (found.Any(leaf => leaf.IsList))
            throw new InvalidDataException($"{_path}: column {ErrorText.Quote(name)} holds lists; expected one value a row.");
        return found.Count switch
        {
            1 => found[0].Expression,
            0 => throw new InvalidDataException(
                $"{_path}: there is no column {ErrorText.Quote(name)}; its columns: {ErrorText.Quote(string.Join(", ", SingleValues))}."),
            _ => throw new InvalidDataException($"{_path}: {found.Count} columns are named {ErrorText.Quote(name)}, where one is needed."),
        };
    }

    private void Add(IReadOnlyList<ParquetNode> nodes, ref int next, string above, string expression, bool isList, int depth)
    {
        if (next >= nodes.Count || depth > DeepestNesting)
            throw new InvalidDataException($"{_path}: the schema is cut short or nested more than {DeepestNesting} deep.");
        var node = nodes[next++];
        var path = above + node.Name;
        isList |= node.IsRepeated;
        if (node.Children == 0)
            _leaves.Add(new Leaf(path, expression, isList));
        for (var child = 1; child <= node.Children; child++)
            Add(nodes, ref next, path + '.', $"struct_extract_at({expression}, {child})", isList, depth + 1);
    }

    private sealed record Leaf(string Path, string Expression, bool IsList);
}
