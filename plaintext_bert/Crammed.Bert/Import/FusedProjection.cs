namespace Crammed.Bert;

/// <summary>
/// A projection to query, key and value in one matrix, whose rows are, head by head, those of the head's query, key and value
/// ([heads][3][hidden / heads], the layout of Megatron's and of cramming's checkpoints).
/// </summary>
internal static class FusedProjection
{
    /// <summary>Takes one part out.</summary>
    /// <param name="fused">Row-major [3 hidden, columns]; columns is 1 for a bias.</param>
    /// <param name="hidden">Rows of a part.</param>
    /// <param name="heads">A divisor of the rows.</param>
    /// <param name="part">0, 1, 2: query, key, value.</param>
    /// <returns>Row-major [hidden, columns].</returns>
    public static float[] Part(float[] fused, int hidden, int heads, int part)
    {
        var columns = fused.Length / (3 * hidden);
        // The rows of one head's part are neighbours.
        var block = hidden / heads * columns;
        var values = new float[hidden * columns];
        for (var head = 0; head < heads; head++)
            fused.AsSpan(((3 * head) + part) * block, block).CopyTo(values.AsSpan(head * block));
        return values;
    }
}
