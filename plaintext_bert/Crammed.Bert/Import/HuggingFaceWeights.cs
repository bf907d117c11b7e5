using System.Text.Json;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>
/// The tensors of a transformers BERT by their plain names: without the prefix <c>bert.</c>, without <c>module.</c> and <c>_orig_mod.</c>
/// (of DataParallel and torch.compile) where all names begin so, with <c>weight</c> and <c>bias</c> where the first versions wrote a norm's
/// <c>gamma</c> and <c>beta</c>. They are in one file, or in shards that model.safetensors.index.json lists.
/// </summary>
internal sealed class HuggingFaceWeights : IDisposable
{
    private const string Prefix = "bert.";
    private const string Fused = "query_key_value";
    private const string Ending = ".safetensors";
    private const long MaximumIndexBytes = 1 << 24;

    /// <summary>The masked-token decoder, and constants.</summary>
    private static readonly string[] PassedOver = ["cls.", "embeddings.position_ids", "embeddings.token_type_ids"];

    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
    };

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> _stored = new(StringComparer.Ordinal);
    private readonly string _path;

    private HuggingFaceWeights(string path) => _path = path;

    /// <summary>Opens the weights.</summary>
    /// <param name="path">The one file; where there is none, PATH.index.json lists the shards in the same folder.</param>
    /// <exception cref="FileNotFoundException">Neither is there, or a shard is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed files; shards outside the folder, or with other tensors than the index says; two tensors that say the same.
    /// </exception>
    public static HuggingFaceWeights Open(string path)
    {
        var index = $"{path}.index.json";
        var isSharded = !File.Exists(path) && File.Exists(index);
        var weights = new HuggingFaceWeights(isSharded ? index : path);
        try
        {
            if (isSharded)
                weights.OpenShards(index);
            else
                weights.OpenFile(path, $"a checkpoint has its weights in {HuggingFaceCheckpoint.Weights}");
            weights.NameTensors();
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _stored.ContainsKey(name);

    /// <summary>First axis of a tensor that is there; 1 for a scalar.</summary>
    public long Rows(string name) => _stored[name].File.Shape(_stored[name].Name) is [var rows, ..] ? rows : 1;

    /// <exception cref="InvalidDataException">There is a tensor that is none of these.</exception>
    public void RequireKnown(IEnumerable<string> wanted)
    {
        var known = wanted.SelectMany(name => (string[])[name, FusedName(name) ?? name]).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, stored) in _stored)
        {
            if (!known.Contains(name) && !PassedOver.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
            {
                throw new InvalidDataException(
                    $"{stored.File.Path}: tensor '{stored.Name}' is none of the BERT that {HuggingFaceCheckpoint.Configuration} describes");
            }
        }
    }

    /// <summary>Reads a tensor; one of a head's query, key and value out of the matrix that holds all three, where that is there.</summary>
    /// <exception cref="InvalidDataException">Missing, of another shape, or not finite.</exception>
    public float[] Read(string name, long[] shape, int heads)
    {
        if (FusedName(name) is { } fused && _stored.TryGetValue(fused, out var storedFused))
        {
            if (_stored.TryGetValue(name, out var apart))
                throw Twice(storedFused, apart);
            var values = storedFused.File.ReadFiniteFloat32(storedFused.Name, [3 * shape[0], .. shape[1..]]);
            var part = HuggingFaceTensors.Projections.ToList().FindIndex(
                projection => name.Contains($".{projection}.", StringComparison.Ordinal));
            return FusedProjection.Part(values, (int)shape[0], heads, part);
        }

        return _stored.TryGetValue(name, out var stored)
            ? stored.File.ReadFiniteFloat32(stored.Name, shape)
            : throw new InvalidDataException($"{_path}: tensor '{name}' is missing");
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SafetensorsFile OpenFile(string path, string whenMissing)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: not found; {whenMissing}", path);
        _files.Add(SafetensorsFile.Open(path));
        return _files[^1];
    }

    private void OpenShards(string index)
    {
        var map = JsonFile.Read<ShardIndex>(index, JsonOptions, "", maximumBytes: MaximumIndexBytes).WeightMap;
        // Names from a file that may come from anybody: they must not lead out of the folder.
        foreach (var shard in map.Values.Where(
            shard => shard is null || Path.GetFileName(shard) != shard || Path.GetExtension(shard) != Ending))
            throw new InvalidDataException($"{index}: weight_map names '{shard}'; a shard is a {Ending} file in the same folder");
        var shards = map.GroupBy(entry => entry.Value!, entry => entry.Key).Select(shard => (
            File: OpenFile(Path.Combine(Path.GetDirectoryName(index)!, shard.Key), $"{Path.GetFileName(index)} lists it"),
            Names: shard)).ToList();
        foreach (var (file, names) in shards)
        {
            if (names.FirstOrDefault(name => !file.Contains(name)) is { } missing)
                throw new InvalidDataException($"{file.Path}: tensor '{missing}' is missing, which {Path.GetFileName(index)} lists there");
            if (file.Names.Except(names).FirstOrDefault() is { } unlisted)
                throw new InvalidDataException($"{file.Path}: tensor '{unlisted}' is not listed there by {Path.GetFileName(index)}");
        }
    }

    private void NameTensors()
    {
        var all = _files.SelectMany(file => file.Names, (file, name) => (File: file, Name: name)).ToList();
        var start = 0;
        while (all.Count > 0
            && Wrappers.FirstOrDefault(wrapper => all.TrueForAll(tensor => tensor.Name.AsSpan(start).StartsWith(wrapper))) is { } common)
            start += common.Length;
        foreach (var tensor in all)
        {
            if (!_stored.TryAdd(Plain(tensor.Name[start..]), tensor))
                throw Twice(_stored[Plain(tensor.Name[start..])], tensor);
        }
    }

    private static string Plain(string name)
    {
        var plain = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return plain.Replace("LayerNorm.gamma", "LayerNorm.weight", StringComparison.Ordinal)
            .Replace("LayerNorm.beta", "LayerNorm.bias", StringComparison.Ordinal);
    }

    private static InvalidDataException Twice((SafetensorsFile File, string Name) one, (SafetensorsFile File, string Name) other) =>
        new($"{one.File.Path}: has '{one.Name}' and {(one.File == other.File ? "" : other.File.Path + " ")}'{other.Name}', "
            + "which say the same");

    /// <summary>The fused tensor that would hold a projection's; null for other tensors.</summary>
    private static string? FusedName(string name) => HuggingFaceTensors.Projections
        .Where(projection => name.Contains($".self.{projection}.", StringComparison.Ordinal))
        .Select(projection => name.Replace($".self.{projection}.", $".self.{Fused}.", StringComparison.Ordinal))
        .FirstOrDefault();

    /// <summary>What model.safetensors.index.json says.</summary>
    private sealed record ShardIndex
    {
        public required IReadOnlyDictionary<string, string?> WeightMap { get; init; }
    }
}
