using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Models;

/// <summary>Weight and bias of a norm, by feature.</summary>
public sealed record NormVectors(float[] Weight, float[] Bias);

/// <summary>Factors in a layer's frozen matrices.</summary>
/// <param name="Kernel">of queries and keys, see <see cref="TrainableModel.KernelScale"/></param>
/// <param name="GateBound">the gate's matrix is divided by it, the one behind multiplied; 1 but for a ReLU</param>
internal sealed record LayerScales(double Kernel, double GateBound);

/// <summary>
/// A checkpoint's frozen weights as programs read them. A norm's weight is in the columns of the matrices behind it, its bias times these
/// matrices in frozen vectors, but for the first layer's attention norm where the client computes it; adapters read a norm with both, so that
/// those before attention are frozen vectors too; the kernel's scale is in queries and keys, a ReLU's bound in the gate and behind it; what is written into the stream is centred over features, so that
/// norms need no mean.
/// </summary>
internal sealed class FoldedWeights
{
    private readonly Dictionary<string, FrozenWeights> _matrices = [];
    private readonly Dictionary<string, float[]> _vectors = [];

    /// <param name="checkpoint">what is folded</param>
    /// <param name="scales">one a layer</param>
    /// <param name="clientNorm">whether the client computes the first norm</param>
    /// <exception cref="InvalidDataException">a tensor is missing or of another shape</exception>
    public FoldedWeights(CheckpointReader checkpoint, IReadOnlyList<LayerScales> scales, bool clientNorm)
    {
        for (var layer = 0; layer < scales.Count; layer++)
            AddLayer(checkpoint, layer, scales[layer], layer > 0 || !clientNorm);
        AddNorm(checkpoint, "final_norm");
        FirstNorm = NormOf(checkpoint, "layers.0.attention_norm");
    }

    public NormVectors FirstNorm { get; }

    public IReadOnlyDictionary<string, FrozenWeights> Matrices => _matrices;

    public IReadOnlyDictionary<string, float[]> Vectors => _vectors;

    private void AddLayer(CheckpointReader checkpoint, int layer, LayerScales scales, bool foldsNorm)
    {
        var configuration = checkpoint.Configuration;
        var (hidden, half) = (configuration.Hidden, configuration.FeedForwardInner);
        var (stored, name) = ($"layers.{layer}", $"layers.{layer}");
        if (foldsNorm)
            AddNorm(checkpoint, $"{name}.attention_norm");
        foreach (var (projection, scale) in new[] { ("query", scales.Kernel), ("key", scales.Kernel), ("value", 1) })
        {
            var matrix = checkpoint.Matrix($"{stored}.attention.{projection}.weight", hidden, hidden);
            if (foldsNorm)
                AddBehindNorm($"{name}.{projection}", matrix, 0, hidden, NormOf(checkpoint, $"{stored}.attention_norm"), scale);
            else
                _matrices.Add($"{name}.{projection}", new FrozenWeights(Rounded([.. matrix.Cast<double>().Select(x => scale * x)]), hidden, hidden));
        }
        AddCentred($"{name}.output", checkpoint.Matrix($"{stored}.attention.output.weight", hidden, hidden));
        var expand = checkpoint.Matrix($"{stored}.feed_forward.expand.weight", 2 * half, hidden);
        var feedForwardNorm = NormOf(checkpoint, $"{stored}.feed_forward_norm");
        AddBehindNorm($"{name}.expand", expand, 0, half, feedForwardNorm, 1);
        AddBehindNorm($"{name}.gate", expand, half, half, feedForwardNorm, 1 / scales.GateBound);
        AddCentred($"{name}.contract", checkpoint.Matrix($"{stored}.feed_forward.contract.weight", hidden, half), scales.GateBound);
    }

    private void AddNorm(CheckpointReader checkpoint, string norm)
    {
        var vectors = NormOf(checkpoint, norm);
        _vectors.Add($"{norm}.weight", vectors.Weight);
        _vectors.Add($"{norm}.bias", vectors.Bias);
    }

    private static NormVectors NormOf(CheckpointReader checkpoint, string norm) => new(
        Rounded(checkpoint.Vector($"{norm}.weight", checkpoint.Configuration.Hidden)),
        Rounded(checkpoint.Vector($"{norm}.bias", checkpoint.Configuration.Hidden)));

    /// <summary>Rows of W as scale W diag(weight), and scale W bias.</summary>
    private void AddBehindNorm(string name, double[,] matrix, int firstRow, int rows, NormVectors norm, double scale)
    {
        var columns = matrix.GetLength(1);
        var (values, vector) = (new float[rows * columns], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var weight = scale * matrix[firstRow + row, column];
                values[row * columns + column] = (float)(weight * norm.Weight[column]);
                vector[row] += weight * norm.Bias[column];
            }
        }
        _matrices.Add(name, new FrozenWeights(values, rows, columns));
        _vectors.Add($"{name}.bias", Rounded(vector));
    }

    /// <summary>(I - 1 1^T / rows) W, times a scale: what is written has no mean over features.</summary>
    private void AddCentred(string name, double[,] matrix, double scale = 1)
    {
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        var values = new float[rows * columns];
        for (var column = 0; column < columns; column++)
        {
            var mean = 0.0;
            for (var row = 0; row < rows; row++)
                mean += matrix[row, column] / rows;
            for (var row = 0; row < rows; row++)
                values[row * columns + column] = (float)(scale * (matrix[row, column] - mean));
        }
        _matrices.Add(name, new FrozenWeights(values, rows, columns));
    }

    private static float[] Rounded(double[] values) => Array.ConvertAll(values, value => (float)value);
}
