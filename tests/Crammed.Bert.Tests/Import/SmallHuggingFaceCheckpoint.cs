using System.Runtime.CompilerServices;
using System.Text.Json;
using Crammed.Files;

namespace Crammed.Bert.Tests;

/// <summary>The small BERT of oracle/bert.mjs, tensor by tensor, and folders in the forms that checkpoints come in.</summary>
internal sealed class SmallHuggingFaceCheckpoint
{
    private const int Hidden = 8, Heads = 2;

    /// <summary>Tensors by name without prefix.</summary>
    public SortedDictionary<string, (long[] Shape, float[] Values)> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Text of config.json.</summary>
    public string Configuration { get; set; } = File.ReadAllText(OracleFile("small-config.json"));

    public SmallHuggingFaceCheckpoint()
    {
        var configuration = HuggingFaceConfiguration.Read(OracleFile("small-config.json"));
        var shapes = new SortedDictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var (name, shape) in HuggingFaceTensors.Embeddings(configuration)
            .Concat(HuggingFaceTensors.Layers(configuration))
            .Concat(HuggingFaceTensors.PoolerTensors(configuration))
            .Concat(HuggingFaceTensors.ClassifierTensors(configuration, 3)))
        {
            shapes[name] = shape;
        }

        uint seed = 0;
        foreach (var (name, shape) in shapes)
        {
            var shift = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 : 0;
            var values = Values(++seed, (int)shape.Aggregate(1L, (product, axis) => product * axis), 2);
            Tensors[name] = (shape, Array.ConvertAll(values, value => (float)(value + shift)));
        }
    }

    /// <summary>The generator of bert.mjs: multiples of 2^-16 in [-0.5, 0.5), times a scale.</summary>
    public static double[] Values(uint seed, int count, double scale)
    {
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            seed = unchecked((seed * 1664525) + 1013904223);
            value = scale * (((seed >> 16) / 65536.0) - 0.5);
        }

        return values;
    }

    /// <summary>A file of the oracle's folder.</summary>
    public static string OracleFile(string name, [CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "oracle", name);

    /// <summary>Puts query, key and value of every layer into one tensor, whose rows are each head's query, key and value.</summary>
    public void Fuse()
    {
        foreach (var name in Tensors.Keys.Where(name => name.Contains(".self.query.")).ToList())
        {
            string[] parts = [name, name.Replace("query", "key"), name.Replace("query", "value")];
            var rows = new List<float>();
            var block = Tensors[name].Values.Length / Heads;
            for (var head = 0; head < Heads; head++)
                rows.AddRange(parts.SelectMany(part => Tensors[part].Values.Skip(head * block).Take(block)));
            Tensors[name.Replace("query", "query_key_value")] = ([3 * Hidden, .. Tensors[name].Shape[1..]], [.. rows]);
            foreach (var part in parts)
                Tensors.Remove(part);
        }
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    /// <param name="folder">Created if missing.</param>
    /// <param name="prefixed">Whether names begin with <c>bert.</c>, but for the classifier's.</param>
    /// <param name="rename">Changes the names further.</param>
    /// <param name="wide">Stores float64.</param>
    /// <returns>The folder.</returns>
    public string Write(string folder, bool prefixed = true, Func<string, string>? rename = null, bool wide = false)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, (shape, values)) in Tensors)
            Add(writer, Stored(name, prefixed, rename), shape, values, wide);
        WriteConfiguration(folder);
        writer.Write(Path.Combine(folder, HuggingFaceCheckpoint.Weights));
        return folder;
    }

    /// <summary>Writes config.json, two shards and their index, whose map from tensors to files may be changed.</summary>
    public string WriteShards(string folder, Action<Dictionary<string, string>>? change = null)
    {
        SafetensorsWriter[] shards = [new(), new()];
        var map = new Dictionary<string, string>();
        foreach (var (name, (shape, values)) in Tensors)
        {
            var shard = map.Count % 2;
            map[Stored(name, true, null)] = $"model-0000{shard + 1}-of-00002.safetensors";
            Add(shards[shard], Stored(name, true, null), shape, values, wide: false);
        }

        WriteConfiguration(folder);
        for (var shard = 0; shard < shards.Length; shard++)
            shards[shard].Write(Path.Combine(folder, $"model-0000{shard + 1}-of-00002.safetensors"));
        change?.Invoke(map);
        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"),
            JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));
        return folder;
    }

    private static string Stored(string name, bool prefixed, Func<string, string>? rename)
    {
        var stored = (prefixed && !name.StartsWith("cl") ? "bert." : "") + name;
        return rename?.Invoke(stored) ?? stored;
    }

    private static void Add(SafetensorsWriter writer, string name, long[] shape, float[] values, bool wide)
    {
        if (wide)
            writer.AddFloat64(name, shape, Array.ConvertAll(values, value => (double)value));
        else
            writer.AddFloat32(name, shape, values);
    }

    private void WriteConfiguration(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, HuggingFaceCheckpoint.Configuration), Configuration);
    }
}
