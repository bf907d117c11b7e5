namespace Crammed.Bert.Tests;

/// <summary>
/// The model written a second time, in plain loops over one example, from REFERENCE's formulas: distances as sums of squared differences,
/// padding removed from the sum over keys, no tensors.
/// </summary>
internal sealed class PlainBert(BertConfiguration configuration, IReadOnlyDictionary<string, double[]> weights)
{
    private readonly int _hidden = configuration.Hidden;

    /// <summary>Adapters by draw name, [in, out]; empty for none.</summary>
    public IReadOnlyDictionary<string, double[]> Adapters { get; init; } = new Dictionary<string, double[]>();

    public int Rank { get; init; } = 1;

    public double Alpha { get; init; } = 1;

    /// <summary>[layer * 3 + projection][token * rank + r], with the division by 1 - p done; null for none.</summary>
    public double[][]? AdapterMasks { get; init; }

    /// <summary>sqrt(d / (u + d epsilon)) by the norm's name, for u = d * variance; null: the true one.</summary>
    public Func<string, double, double>? InverseDeviation { get; init; }

    /// <summary>Attention weight from -||q - k||^2 / (2 sqrt(d)), by layer; null: the configuration's.</summary>
    public Func<int, double, double>? Kernel { get; init; }

    /// <summary>ReLU by layer; null: the true one.</summary>
    public Func<int, double, double>? Relu { get; init; }

    public double[][] Embed(int[] ids)
    {
        var table = weights["embedding.word.weight"];
        var scale = weights["embedding.position_scale"][0];
        var rows = ids.Select((id, position) => Enumerable.Range(0, _hidden)
            .Select(i => table[(id * _hidden) + i] + (scale * Position(position, i))).ToArray()).ToArray();
        return Norm(rows, "embedding.norm");
    }

    public double[][] Encode(double[][] x, float[] mask)
    {
        for (var layer = 0; layer < configuration.Layers; layer++)
        {
            x = Add(x, Attention(Norm(x, $"layers.{layer}.attention_norm"), mask, layer));
            x = Add(x, FeedForward(Norm(x, $"layers.{layer}.feed_forward_norm"), layer));
        }

        return Norm(x, "final_norm");
    }

    private double Position(int position, int i)
    {
        var angle = position / Math.Pow(10000, 2 * (i / 2) / (double)_hidden);
        return i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
    }

    private double[][] Norm(double[][] rows, string name) => rows.Select(row =>
    {
        var mean = row.Average();
        var inverse = InverseDeviation is not null && name != "embedding.norm"
            ? InverseDeviation(name, row.Sum(value => (value - mean) * (value - mean)))
            : 1 / Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + configuration.NormEpsilon);
        return row.Select((value, i) => ((value - mean) * inverse * weights[name + ".weight"][i]) + weights[name + ".bias"][i]).ToArray();
    }).ToArray();

    private double[][] Attention(double[][] x, float[] mask, int layer)
    {
        var q = Project(x, layer, 0);
        var k = Project(x, layer, 1);
        var v = Project(x, layer, 2);
        var d = configuration.HeadDimension;
        var context = x.Select(_ => new double[_hidden]).ToArray();
        for (var head = 0; head < configuration.Heads; head++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                var scores = Enumerable.Range(0, x.Length).Select(j => mask[j] == 0 ? 0 : Score(layer, q[i], k[j], head * d, d)).ToArray();
                var total = configuration.Kernel == AttentionKernel.Softmax ? scores.Sum() : 1;
                for (var j = 0; j < x.Length; j++)
                {
                    for (var c = head * d; c < (head + 1) * d; c++)
                        context[i][c] += scores[j] / total * v[j][c];
                }
            }
        }

        return Multiply(context, weights[$"layers.{layer}.attention.output.weight"], _hidden);
    }

    private double Score(int layer, double[] q, double[] k, int start, int d)
    {
        double distance = 0, product = 0;
        for (var c = start; c < start + d; c++)
        {
            distance += (q[c] - k[c]) * (q[c] - k[c]);
            product += q[c] * k[c];
        }

        var argument = -distance / (2 * Math.Sqrt(d));
        if (Kernel is not null)
            return Kernel(layer, argument);
        return configuration.Kernel switch
        {
            AttentionKernel.Gaussian => Math.Exp(argument),
            AttentionKernel.Polynomial => Math.Pow(1 + (argument / (1 << configuration.KernelPower)), 1 << configuration.KernelPower),
            _ => Math.Exp(product / Math.Sqrt(d)),
        };
    }

    private double[][] Project(double[][] x, int layer, int projection)
    {
        string[] names = ["query", "key", "value"];
        var y = Multiply(x, weights[$"layers.{layer}.attention.{names[projection]}.weight"], _hidden);
        if (!Adapters.TryGetValue($"layer{layer}.{names[projection]}.lora_a", out var a))
            return y;
        var b = Adapters[$"layer{layer}.{names[projection]}.lora_b"];
        for (var t = 0; t < x.Length; t++)
        {
            for (var r = 0; r < Rank; r++)
            {
                double low = 0;
                for (var i = 0; i < _hidden; i++)
                    low += x[t][i] * a[(i * Rank) + r];
                low *= AdapterMasks is null ? 1 : AdapterMasks[(3 * layer) + projection][(t * Rank) + r];
                for (var o = 0; o < _hidden; o++)
                    y[t][o] += Alpha / Rank * low * b[(r * _hidden) + o];
            }
        }

        return y;
    }

    private double[][] FeedForward(double[][] x, int layer)
    {
        var half = configuration.FeedForward / 2;
        var expanded = Multiply(x, weights[$"layers.{layer}.feed_forward.expand.weight"], configuration.FeedForward);
        var gated = expanded.Select(row => Enumerable.Range(0, half).Select(i =>
            row[i] * (configuration.Gate == FeedForwardGate.Relu ? Rectified(layer, row[half + i]) : row[half + i])).ToArray()).ToArray();
        return Multiply(gated, weights[$"layers.{layer}.feed_forward.contract.weight"], _hidden);
    }

    private double Rectified(int layer, double gate) => Relu is null ? Math.Max(0, gate) : Relu(layer, gate);

    /// <summary>x times the transpose of an [out, in] weight.</summary>
    private static double[][] Multiply(double[][] x, double[] weight, int outputs) => x.Select(row => Enumerable.Range(0, outputs)
        .Select(o => row.Select((value, i) => value * weight[(o * row.Length) + i]).Sum()).ToArray()).ToArray();

    private static double[][] Add(double[][] left, double[][] right) =>
        left.Zip(right, (a, b) => a.Zip(b, (x, y) => x + y).ToArray()).ToArray();
}
