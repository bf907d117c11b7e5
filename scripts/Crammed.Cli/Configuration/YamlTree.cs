using YamlDotNet.Core;
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
        long length = new FileInfo(path).Length;
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

    /// <summary>Reads the value of an override, in YAML's flow style: <c>3</c>, <c>[a, b]</c>, <c>null</c>, <c>"text"</c>.</summary>
    /// <exception cref="ConfigurationException">Malformed.</exception>
    public static ConfigurationNode ReadValue(string text, Origin origin) =>
        Parse(text, _ => origin) ?? new ScalarNode("", isQuoted: false, origin);

    private static ConfigurationNode? Parse(string text, Func<Mark, Origin> locate)
    {
        var stream = new YamlStream();
        try
        {
            RequireShallow(text, locate);
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            string reason = (exception.InnerException ?? exception).Message.ReplaceLineEndings(" ");
            throw new ConfigurationException(locate(exception.Start), $"is not valid YAML: {reason}", exception);
        }
        return stream.Documents.Count switch
        {
            0 => null,
            1 => Convert(stream.Documents[0].RootNode, locate),
            _ => throw new ConfigurationException(locate(stream.Documents[1].RootNode.Start), "a second YAML document; only one is read"),
        };
    }

    /// <summary>Building the tree recurses, reading its events does not: so the depth is checked on the events first.</summary>
    private static void RequireShallow(string text, Func<Mark, Origin> locate)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
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
