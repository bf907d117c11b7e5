using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Crammed.Cli.Configuration;

/// <summary>Reads YAML text into configuration nodes that know their lines. Anchors and aliases are refused.</summary>
internal static class YamlTree
{
    private const long MaximumFileBytes = 1 << 20;
    private const int MaximumDepth = 32;

    /// <summary>Reads a file whose top level is a mapping; an empty file is an empty mapping.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shownAs">How messages name it.</param>
    /// <exception cref="ConfigurationException">Malformed, too large, or not a mapping.</exception>
    public static MappingNode ReadFile(string path, string shownAs)
    {
        var length = new FileInfo(path).Length;
        if (length > MaximumFileBytes)
            throw new ConfigurationException($"{shownAs}: has {length} bytes; a configuration file has at most {MaximumFileBytes}");
        var root = Parse(File.ReadAllText(path), mark => Origin.InFile(shownAs, mark.Line));
        return root switch
        {
            null => new MappingNode(Origin.InFile(shownAs, 1)),
            MappingNode mapping => mapping,
            _ => throw new ConfigurationException(root.Origin, $"holds {root.Kind}; expected 'key: value' lines"),
        };
    }

    /// <summary>Reads a document that was written here.</summary>
    /// <exception cref="ConfigurationException">Malformed.</exception>
    public static ConfigurationNode ReadText(string text, string shownAs) =>
        Parse(text, mark => Origin.InFile(shownAs, mark.Line)) ?? new MappingNode(Origin.InFile(shownAs, 1));

    /// <summary>
    /// Reads the value of an override, literally: <c>wiki #2</c>, <c>a: b</c> and <c> x </c> are what they look like. Only what begins with
    /// a quote or a bracket is YAML's flow style (<c>"text"</c>, <c>'text'</c>, <c>[a, b]</c>), which must then be all of the value; and
    /// <c>null</c> and nothing at all are null.
    /// </summary>
    /// <exception cref="ConfigurationException">Malformed, or YAML would leave a part of it out or change it.</exception>
    public static ConfigurationNode ReadValue(string text, Origin origin)
    {
        if (text is not ['"' or '\'' or '[' or '{', ..])
            return new ScalarNode(text, isQuoted: text == "~", origin);
        // A line break in quotes would become a blank.
        if (text.AsSpan().ContainsAny("\r\n\u0085\u2028\u2029"))
            throw new ConfigurationException(origin, "a line break in quotes or brackets; write \\n in double quotes");
        if (text[^1] != (text[0] is '[' or '{' ? text[0] + 2 : text[0]))
        {
            throw new ConfigurationException(
                origin, $"does not end in the {text[0]} that it begins with; for a text put it in quotes: {Quoted(text)}");
        }
        return Parse(text, _ => origin, refusesComments: true)!;
    }

    private static ConfigurationNode? Parse(string text, Func<Mark, Origin> locate, bool refusesComments = false)
    {
        var stream = new YamlStream();
        try
        {
            RequireShallow(text, locate, refusesComments);
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            var reason = (exception.InnerException ?? exception).Message.ReplaceLineEndings(" ");
            throw new ConfigurationException(locate(exception.Start), $"is not valid YAML: {reason}", exception);
        }
        return stream.Documents.Count switch
        {
            0 => null,
            1 => Convert(stream.Documents[0].RootNode, locate),
            _ => throw new ConfigurationException(locate(stream.Documents[1].RootNode.Start), "a second YAML document; only one is read"),
        };
    }

    /// <summary>Any text in the quotes that <see cref="ReadValue"/> takes off.</summary>
    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>
    /// Building the tree recurses, reading its events does not: so the depth is checked on the events first. The tree has no
    /// comments, the events may.
    /// </summary>
    private static void RequireShallow(string text, Func<Mark, Origin> locate, bool refusesComments)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: !refusesComments));
        var depth = 0;
        while (parser.MoveNext())
        {
            if (parser.Current is Comment)
            {
                throw new ConfigurationException(
                    locate(parser.Current.Start), $"YAML takes what follows # for a comment; put it in quotes: {Quoted(text)}");
            }
            depth += parser.Current!.NestingIncrease;
            if (depth > MaximumDepth)
                throw new ConfigurationException(locate(parser.Current.Start), $"nests deeper than {MaximumDepth} levels");
        }
    }

    private static ConfigurationNode Convert(YamlNode node, Func<Mark, Origin> locate)
    {
        var origin = locate(node.Start);
        if (!node.Anchor.IsEmpty)
            throw new ConfigurationException(origin, $"has the anchor '&{node.Anchor.Value}'; use ${{a.b}} to repeat a value");
        switch (node)
        {
            case YamlScalarNode scalar:
                return new ScalarNode(scalar.Value ?? "", scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any), origin);
            case YamlSequenceNode sequence:
                return new SequenceNode([.. sequence.Children.Select(item => Convert(item, locate))], origin);
            case YamlMappingNode mapping:
                return ConvertMapping(mapping, origin, locate);
            default:
                throw new ConfigurationException(origin, "holds a YAML construct that configurations do not use");
        }
    }

    private static MappingNode ConvertMapping(YamlMappingNode mapping, Origin origin, Func<Mark, Origin> locate)
    {
        var result = new MappingNode(origin);
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } name })
                throw new ConfigurationException(locate(key.Start), "a key must be a word");
            result.Set(name, Convert(value, locate));
        }
        return result;
    }
}
