using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// The matrix products of a training step, counted and timed by themselves: what libtorch could reach if nothing else took time. A product
/// of m x k by k x n is 2 m k n operations; the backward pass takes two products of that size for each of the forward pass.
/// </summary>
public static class MatrixProducts
{
    private const double SecondsForEach = 0.05;

    /// <summary>Whether the processor multiplies bfloat16 numbers (AVX512-BF16, which every processor with AMX has as well).</summary>
    public static bool HasBfloat16 => Avx512F.VL.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>Operations of the forward and backward pass of one packed sequence, embedding look-up excluded.</summary>
    public static double TrainingOperations(BertConfiguration configuration, double maskedFraction)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return 3 * Forward(configuration, 1, maskedFraction).Sum(product => product.Operations);
    }

    /// <summary>
    /// Operations per second of these products: of each shape's three products the fastest of several, together as
    /// often as a step has them. Takes a second or two.
    /// </summary>
    /// <param name="configuration">The model.</param>
    /// <param name="sequences">Packed sequences in a micro-batch, at least 1.</param>
    /// <param name="maskedFraction">Share of the tokens that reach the decoder.</param>
    /// <param name="precision">Type of the factors of products with weights.</param>
    public static double MeasureRate(
        BertConfiguration configuration, int sequences, double maskedFraction, MatrixProductPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        LibTorch.Load();
        double operations = 0, seconds = 0;
        foreach (var product in Forward(configuration, sequences, maskedFraction))
        {
            operations += 3 * product.Operations;
            var type = precision == MatrixProductPrecision.Bfloat16 && product.Batch == 1
                ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
            var (m, k, n) = (product.Rows, product.Inner, product.Columns);
            seconds += product.Count
                * (Seconds(product.Batch, m, k, n, type) + Seconds(product.Batch, m, n, k, type) + Seconds(product.Batch, k, m, n, type));
        }

        return operations / seconds;
    }

    private static IEnumerable<Product> Forward(BertConfiguration model, long sequences, double maskedFraction)
    {
        var rows = sequences * model.SequenceLength;
        var predicted = sequences * (long)Math.Round(maskedFraction * model.SequenceLength);
        var heads = sequences * model.Heads;
        yield return new(4 * model.Layers, 1, rows, model.Hidden, model.Hidden);
        yield return new(model.Layers, 1, rows, model.Hidden, model.FeedForward);
        yield return new(model.Layers, 1, rows, model.FeedForwardInner, model.Hidden);
        yield return new(model.Layers, heads, model.SequenceLength, model.HeadDimension, model.SequenceLength);
        yield return new(model.Layers, heads, model.SequenceLength, model.SequenceLength, model.HeadDimension);
        yield return new(1, 1, Math.Max(1, predicted), model.Hidden, model.VocabularySize);
    }

    private static double Seconds(long batch, long rows, long inner, long columns, torch.ScalarType type)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        long[] leftShape = batch == 1 ? [rows, inner] : [batch, rows, inner];
        long[] rightShape = batch == 1 ? [inner, columns] : [batch, inner, columns];
        var left = torch.full(leftShape, 0.5, torch.ScalarType.Float32).to(type);
        var right = torch.full(rightShape, 0.25, torch.ScalarType.Float32).to(type);
        torch.matmul(left, right).Dispose();
        var best = double.PositiveInfinity;
        var clock = Stopwatch.StartNew();
        do
        {
            var start = clock.Elapsed;
            torch.matmul(left, right).Dispose();
            best = Math.Min(best, (clock.Elapsed - start).TotalSeconds);
        }
        while (clock.Elapsed.TotalSeconds < SecondsForEach);
        return best;
    }

    /// <summary>Products of Batch pairs of matrices Rows x Inner and Inner x Columns, Count times in a pass.</summary>
    private readonly record struct Product(long Count, long Batch, long Rows, long Inner, long Columns)
    {
        public double Operations => 2.0 * Count * Batch * Rows * Inner * Columns;
    }
}
