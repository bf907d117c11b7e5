using Crammed.Encrypted.Models;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>Writes a reference model as a calibrated checkpoint.</summary>
internal static class CheckpointFolder
{
    /// <summary>Ranges that reference models stay in; the margin is 1.</summary>
    private const string Calibration = """
        {
          "format": 2, "margin": 1, "examples": 1, "source": "reference model",
          "ranges": { NORMS
            "final_norm.variance": { "min": 0.1, "max": 10 },
            "head.tanh.input": { "min": -6, "max": 6 },
            "head.logit_difference": { "min": -8, "max": 8 },
            "optimizer.second_moment": { "min": 1e-9, "max": 0.1 }
          },
          "all_token_ranges": {}
        }
        """;

    /// <summary>The three files.</summary>
    public static void Write(string folder, ReferenceModel model, ModelShape shape, int tokens, Func<BertConfiguration, BertConfiguration>? change = null)
    {
        var configuration = new BertConfiguration
        {
            Architecture = "crammed-bert-he",
            VocabularySize = 8,
            Layers = shape.Layers,
            Hidden = shape.Hidden,
            Heads = shape.Heads,
            FeedForward = 2 * shape.GateWidth,
            SequenceLength = tokens,
            Kernel = AttentionKernel.Polynomial,
            KernelPower = shape.KernelPower,
            Gate = FeedForwardGate.Bilinear,
            NormEpsilon = ReferenceModel.NormEpsilon,
            HeadProjection = shape.HeadProjection,
            HeadHidden = shape.HeadHidden,
            Classes = shape.Classes,
        };
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, CheckpointFiles.Configuration), (change?.Invoke(configuration) ?? configuration).ToJson());
        var norms = Enumerable.Range(0, shape.Layers).SelectMany(layer => new[] { $"layer{layer}.attention_norm", $"layer{layer}.feed_forward_norm" });
        File.WriteAllText(
            Path.Combine(folder, CheckpointFiles.Calibration),
            Calibration.Replace(
                "NORMS", string.Concat(norms.Select(norm => $"\"{norm}.variance\": {{ \"min\": 0.1, \"max\": 10 }},")), StringComparison.Ordinal));
        WriteWeights(Path.Combine(folder, CheckpointFiles.Weights), model, shape);
    }

    private static void WriteWeights(string path, ReferenceModel model, ModelShape shape)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, (weight, bias)) in model.Norms)
        {
            Add($"{name}.weight", [shape.Hidden], weight);
            Add($"{name}.bias", [shape.Hidden], bias);
        }
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var name = $"layers.{layer}";
            foreach (var matrix in new[] { "query", "key", "value", "output" })
                Add($"{name}.attention.{matrix}.weight", [shape.Hidden, shape.Hidden], model.Frozen[$"{name}.{matrix}"].Values);
            Add(
                $"{name}.feed_forward.expand.weight", [2 * shape.GateWidth, shape.Hidden],
                [.. model.Frozen[$"{name}.expand"].Values, .. model.Frozen[$"{name}.gate"].Values]);
            Add($"{name}.feed_forward.contract.weight", [shape.Hidden, shape.GateWidth], model.Frozen[$"{name}.contract"].Values);
        }
        writer.Write(path);

        void Add(string name, long[] sizes, double[] values) => writer.AddFloat32(name, sizes, Array.ConvertAll(values, value => (float)value));
    }
}
