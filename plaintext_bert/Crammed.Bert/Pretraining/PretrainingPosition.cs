namespace Crammed.Bert;

/// <summary>
/// Where a run is in its data. With the seed it fixes everything random that follows: masks are drawn from a stream of their own for each
/// micro-batch, orders from one for each epoch.
/// </summary>
/// <param name="MicroBatches">Micro-batches masked.</param>
/// <param name="Sequences">Packed sequences taken, over all epochs.</param>
/// <param name="Documents">Single documents taken, over all epochs.</param>
internal sealed record PretrainingPosition(long MicroBatches, long Sequences, long Documents);
