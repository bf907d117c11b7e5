using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>
/// Levels that the encrypted forward pass of a model consumes, from the same polynomials that it evaluates. Refreshes give levels back;
/// this is what there is to give back. Counted where token rotations are free (tokens outermost in the slots).
/// </summary>
/// <param name="Parts">In the order of the pass.</param>
/// <param name="Functions">The approximations behind the numbers.</param>
public sealed record DepthEstimate(IReadOnlyList<DepthPart> Parts, ModelFunctions Functions)
{
    /// <summary>Centring, the product with the inverse deviation, and gamma.</summary>
    private const int NormLevels = 3;

    /// <summary>A frozen or an encrypted matrix, a product, a mask.</summary>
    private const int ProductLevels = 1;

    /// <summary>Along an adapter: A, the public factors on its rank-r side, B.</summary>
    private const int AdapterLevels = 3;

    /// <summary>Levels along the activations from the embedding to the logits.</summary>
    public int Levels => Parts.Sum(part => part.Levels);

    /// <summary>Levels along the activations of one encoder layer.</summary>
    public int LevelsOf(int layer) => Parts.Where(part => part.Layer == layer).Sum(part => part.Levels);

    /// <summary>The estimate for a model whose ranges are known.</summary>
    /// <param name="configuration">Its shape.</param>
    /// <param name="calibration">Its ranges.</param>
    /// <param name="maxDepth">Levels of a refreshed ciphertext, which bound the degrees (see <see cref="CalibratedFunctions"/>).</param>
    /// <exception cref="InvalidDataException">A range was not calibrated.</exception>
    /// <exception cref="ArgumentException">A kernel that no polynomial stands in for.</exception>
    public static DepthEstimate Of(BertConfiguration configuration, Calibration calibration, int maxDepth) =>
        Of(new CalibratedFunctions(calibration, maxDepth).Of(configuration));

    /// <summary>The estimate for chosen polynomials.</summary>
    public static DepthEstimate Of(ModelFunctions functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        var parts = functions.Layers.SelectMany(OfLayer).ToList();
        parts.Add(new DepthPart(null, "final_norm", NormLevels, SideLevels(functions.FinalNorm)));
        // The first token's mask, projection, dense, tanh, classifier.
        parts.Add(new DepthPart(null, "head", 4 * ProductLevels + functions.Tanh.Approximation.Depth));
        return new DepthEstimate(parts, functions);
    }

    private static IEnumerable<DepthPart> OfLayer(LayerFunctions layer, int index)
    {
        yield return new DepthPart(index, "attention_norm", NormLevels, SideLevels(layer.AttentionNorm));
        // The values' mask is one more, off the longest path: scores are deeper.
        yield return new DepthPart(index, "projections", AdapterLevels);
        // The kernel's scaling of its argument lies in the frozen weights, and its first product is the squared distance.
        yield return new DepthPart(index, "scores", ProductLevels + layer.Kernel.Exponent);
        yield return new DepthPart(index, "weighted_values", 2 * ProductLevels);
        yield return new DepthPart(index, "feed_forward_norm", NormLevels, SideLevels(layer.FeedForwardNorm));
        yield return new DepthPart(index, "feed_forward", 3 * ProductLevels + (layer.Gate?.Depth ?? 0));
    }

    /// <summary>The squares, and the polynomial.</summary>
    private static int SideLevels(FittedFunction inverseDeviation) =>
        ProductLevels + inverseDeviation.Approximation.Depth;
}
