namespace Crammed.Encrypted.Operations;

/// <summary>
/// Every offset r = giant * BabySteps + baby between a query's token and a key's, as baby-step/giant-step sees it.
/// Queries are rotated back by giant steps, keys and values ahead by baby steps, so the map at (giant, baby) holds at token t
/// the score of query t - giant * BabySteps with key t + baby.
/// </summary>
internal sealed class OffsetGrid
{
    public OffsetGrid(int tokens)
    {
        var log = int.Log2(tokens);
        BabySteps = 1 << (log + 1) / 2;
        GiantSteps = tokens / BabySteps;
        Baby = [.. Enumerable.Range(0, BabySteps)];
        GiantBack = [.. Enumerable.Range(0, GiantSteps).Select(giant => -giant * BabySteps)];
    }

    public int BabySteps { get; }

    public int GiantSteps { get; }

    /// <summary>Maps a head has, one an offset.</summary>
    public int Offsets => BabySteps * GiantSteps;

    /// <summary>Rotations of keys and values.</summary>
    public int[] Baby { get; }

    /// <summary>Rotations of queries and of gradients of the attention's output.</summary>
    public int[] GiantBack { get; }

    /// <summary>Place of (head, giant, baby) among the maps of all heads.</summary>
    public int Index(int head, int giant, int baby) => (head * GiantSteps + giant) * BabySteps + baby;
}
