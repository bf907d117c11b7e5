namespace Crammed.Bert;

/// <summary>
/// Names in PEFT's files: either those of the model's own modules (<c>layers.0.attention.query</c>), or those of the transformers BERT that
/// the model was imported from (<c>bert.encoder.layer.0.attention.self.query</c>), its pooler and classifier among them.
/// </summary>
internal sealed class LoraNames
{
    /// <summary>What PEFT puts before every name.</summary>
    public const string Prefix = "base_model.model.";

    private const string Bert = "bert.";
    private const string Weight = ".weight";

    /// <summary>What PEFT calls a layer inside its adapter, which keeps its bias.</summary>
    private const string BaseLayer = ".base_layer";

    private static readonly string[] Ends = [$".{LoraFiles.A}", $".{LoraFiles.B}", Weight, ".bias"];

    /// <summary>Our modules by transformers' names.</summary>
    private readonly Dictionary<string, string> _own = new(StringComparer.Ordinal)
    {
        [HuggingFaceTensors.Pooler] = "head.dense",
        [HuggingFaceTensors.Classifier] = "head.classifier",
    };

    private readonly Func<string, string> _written;

    /// <param name="layers">Layers of the encoder.</param>
    /// <param name="names">Names of a file's tensors.</param>
    public LoraNames(int layers, IReadOnlyList<string> names)
    {
        foreach (var (own, other) in ImportedTensors.Sources(layers, hasEmbeddings: true))
        {
            if (own.EndsWith(Weight, StringComparison.Ordinal))
                _own[other[..^Weight.Length]] = own[..^Weight.Length];
        }

        var others = _own.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
        var root = names.Any(name => name.StartsWith(Prefix + Bert, StringComparison.Ordinal)) ? Bert : "";
        _written = names.Any(name => Own(name) != name) ? module => root + others[module] : module => module;
    }

    /// <summary>The name of an encoder's module as the file has it.</summary>
    public string Written(string module) => _written(module);

    /// <summary>Our name of a tensor of the file; the name itself where it is none of transformers'.</summary>
    public string Own(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)
            || Ends.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal)) is not { } end)
            return name;
        var module = name[Prefix.Length..^end.Length];
        if (module.StartsWith(Bert, StringComparison.Ordinal))
            module = module[Bert.Length..];
        if (module.EndsWith(BaseLayer, StringComparison.Ordinal))
            module = module[..^BaseLayer.Length];
        return _own.TryGetValue(module, out var own) ? Prefix + own + end : name;
    }
}
