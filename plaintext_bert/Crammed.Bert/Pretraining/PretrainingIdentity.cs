using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Crammed.Bert;

/// <summary>
/// Everything that fixes a run's course, as text by field ("train.learning_rate", "model.hidden", "corpus.sha256"): a checkpoint is
/// continued only where all of it is the same.
/// </summary>
internal static class PretrainingIdentity
{
    /// <summary>Most sequences and documents that the corpus's hash looks at, evenly spaced: a large corpus takes no longer.</summary>
    private const int Samples = 1024;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static string Of(BertConfiguration model, PretrainingSettings settings, PretrainingCorpus training, PretrainingCorpus heldOut) =>
        new JsonObject
        {
            ["model"] = JsonNode.Parse(model.ToJson()),
            ["train"] = JsonSerializer.SerializeToNode(settings, JsonOptions),
            ["corpus"] = Corpus(training),
            ["held_out"] = Corpus(heldOut),
        }.ToJsonString();

    /// <summary>The precision of a run's products.</summary>
    /// <exception cref="JsonException">The text has none.</exception>
    public static MatrixProductPrecision Precision(string identity)
    {
        var train = (JsonNode.Parse(identity) as JsonObject)?["train"] as JsonObject;
        return train?["precision"]?.Deserialize<MatrixProductPrecision>(JsonOptions) is { } precision
            && precision is MatrixProductPrecision.Float32 or MatrixProductPrecision.Bfloat16
                ? precision
                : throw new JsonException("train.precision is neither float32 nor bfloat16");
    }

    /// <summary>The first field in which two differ, with both values; null where they are the same.</summary>
    /// <exception cref="JsonException">One is not such a text.</exception>
    public static (string Field, string Left, string Right)? Difference(string left, string right)
    {
        var (ours, theirs) = (Fields(left), Fields(right));
        foreach (var field in ours.Keys.Union(theirs.Keys, StringComparer.Ordinal))
        {
            var (one, other) = (ours.GetValueOrDefault(field, "absent"), theirs.GetValueOrDefault(field, "absent"));
            if (one != other)
                return (field, one, other);
        }

        return null;
    }

    private static JsonObject Corpus(PretrainingCorpus corpus)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, corpus.Sequences, corpus.Sequence);
        Append(hash, corpus.Documents, corpus.Document);
        return new JsonObject
        {
            ["sequences"] = corpus.Sequences,
            ["documents"] = corpus.Documents,
            ["sha256"] = Convert.ToHexStringLower(hash.GetHashAndReset()),
        };
    }

    private static void Append(IncrementalHash hash, int count, Func<int, ReadOnlyMemory<int>> item)
    {
        var samples = Math.Min(count, Samples);
        for (var i = 0; i < samples; i++)
            hash.AppendData(MemoryMarshal.AsBytes(item((int)((long)i * count / samples)).Span));
    }

    private static Dictionary<string, string> Fields(string json)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(JsonNode.Parse(json), "");
        return fields;

        void Flatten(JsonNode? node, string path)
        {
            if (node is JsonObject group)
            {
                foreach (var (name, value) in group)
                    Flatten(value, path.Length == 0 ? name : $"{path}.{name}");
            }
            else
            {
                fields[path] = node is null ? "null" : Convert.ToString(node, CultureInfo.InvariantCulture)!;
            }
        }
    }
}
