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

    /// <summary>Of the gates' values; the other end is nearer to zero.</summary>
    public const int GateBound = 6;

    /// <summary>Squarings that stand in for exp on a layer's range: 9 in the first one, which the error asks for, 10 in the next.</summary>
    public static int GaussianPower(int layer) => 9 + layer;

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
        var kernelsAndGates = Enumerable.Range(0, shape.Layers).Select(layer =>
            $"\"layer{layer}.kernel.argument\": {{ \"min\": {-LowestArgument(layer)}, \"max\": 0 }}, "
            + $"\"layer{layer}.feed_forward.gate\": {{ \"min\": -3, \"max\": {GateBound} }},");
        var norms = Enumerable.Range(0, shape.Layers).SelectMany(layer => new[] { $"layer{layer}.attention_norm", $"layer{layer}.feed_forward_norm" });
        File.WriteAllText(
            Path.Combine(folder, CheckpointFiles.Calibration),
            Calibration.Replace(
                "NORMS", string.Concat(norms.Select(norm => $"\"{norm}.variance\": {{ \"min\": 0.1, \"max\": 10 }},").Concat(kernelsAndGates)), StringComparison.Ordinal));
        WriteWeights(Path.Combine(folder, CheckpointFiles.Weights), model, shape);
    }

    /// <summary>The least argument of a layer's kernel is its negative: within 2^10, and beyond that, where 9 squarings are not stable.</summary>
    private static int LowestArgument(int layer) => 1000 << layer;

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
