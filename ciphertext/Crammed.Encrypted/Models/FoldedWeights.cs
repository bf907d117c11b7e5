using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layers;

namespace Crammed.Encrypted.Models;

/// <summary>
/// A checkpoint's frozen weights as programs read them. A norm's weight is in the columns of the matrices behind it, its bias times these
/// matrices in frozen vectors; the kernel's scale is in queries and keys; what is written into the stream is centred over features, so that
/// norms need no mean.
/// </summary>
internal sealed class FoldedWeights
{
    private readonly Dictionary<string, FrozenWeights> _matrices = [];
    private readonly Dictionary<string, float[]> _vectors = [];

    /// <exception cref="InvalidDataException">a tensor is missing or of another shape</exception>
    public FoldedWeights(CheckpointReader checkpoint)
    {
        var configuration = checkpoint.Configuration;
        for (var layer = 0; layer < configuration.Layers; layer++)
            AddLayer(checkpoint, layer);
        _vectors.Add("final_norm.weight", Rounded(checkpoint.Vector("final_norm.weight", configuration.Hidden)));
        _vectors.Add("final_norm.bias", Rounded(checkpoint.Vector("final_norm.bias", configuration.Hidden)));
    }

    public IReadOnlyDictionary<string, FrozenWeights> Matrices => _matrices;

    public IReadOnlyDictionary<string, float[]> Vectors => _vectors;

    private void AddLayer(CheckpointReader checkpoint, int layer)
    {
        var configuration = checkpoint.Configuration;
        var (hidden, half) = (configuration.Hidden, configuration.FeedForwardInner);
        var (stored, name) = ($"layers.{layer}", $"layers.{layer}");
        var kernelScale = Layers.EncoderLayer.KernelScale(configuration.HeadDimension, configuration.KernelPower);
        foreach (var (projection, scale) in new[] { ("query", kernelScale), ("key", kernelScale), ("value", 1) })
        {
            AddBehindNorm(
                $"{name}.{projection}", checkpoint.Matrix($"{stored}.attention.{projection}.weight", hidden, hidden), 0, hidden,
                NormOf("attention_norm"), scale);
        }
        AddCentred($"{name}.output", checkpoint.Matrix($"{stored}.attention.output.weight", hidden, hidden));
        var expand = checkpoint.Matrix($"{stored}.feed_forward.expand.weight", 2 * half, hidden);
        AddBehindNorm($"{name}.expand", expand, 0, half, NormOf("feed_forward_norm"), 1);
        AddBehindNorm($"{name}.gate", expand, half, half, NormOf("feed_forward_norm"), 1);
        AddCentred($"{name}.contract", checkpoint.Matrix($"{stored}.feed_forward.contract.weight", hidden, half));

        (double[] Weight, double[] Bias) NormOf(string norm) =>
            (checkpoint.Vector($"{stored}.{norm}.weight", hidden), checkpoint.Vector($"{stored}.{norm}.bias", hidden));
    }

    /// <summary>Rows of W as scale W diag(weight), and scale W bias.</summary>
    private void AddBehindNorm(string name, double[,] matrix, int firstRow, int rows, (double[] Weight, double[] Bias) norm, double scale)
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

    /// <summary>(I - 1 1^T / rows) W: what is written has no mean over features.</summary>
    private void AddCentred(string name, double[,] matrix)
    {
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        var values = new float[rows * columns];
        for (var column = 0; column < columns; column++)
        {
            var mean = 0.0;
            for (var row = 0; row < rows; row++)
                mean += matrix[row, column] / rows;
            for (var row = 0; row < rows; row++)
                values[row * columns + column] = (float)(matrix[row, column] - mean);
        }
        _matrices.Add(name, new FrozenWeights(values, rows, columns));
    }

    private static float[] Rounded(double[] values) => Array.ConvertAll(values, value => (float)value);
}
