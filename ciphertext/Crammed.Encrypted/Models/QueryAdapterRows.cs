using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Models;

/// <summary>The last layer's query adapter in the rows of the example axis: a row a rank for A, then as many for B, each spread as the stream is.</summary>
/// <param name="grid">the slots</param>
/// <param name="placement">of the model's features</param>
/// <param name="rank">of the adapter</param>
public sealed class QueryAdapterRows(SlotGrid grid, ModelPlacement placement, int rank)
{
    /// <summary>[row, token, block]</summary>
    public Layout Layout { get; } = grid.ExampleRows(2 * rank);

    public ExampleRow A { get; } = new("a", 0, grid.SpreadFactor(rank, placement.Stream, LastLayer.StreamRows));

    public ExampleRow B { get; } = new("b", rank, grid.SpreadFactor(rank, placement.Heads.Features, LastLayer.StreamRows));
}
