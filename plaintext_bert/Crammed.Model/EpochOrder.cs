namespace Crammed.Model;

/// <summary>Indices 0 .. count-1 in one random permutation after another.</summary>
internal sealed class EpochOrder(int count, long seed, string purpose)
{
    private int[] permutation = [];
    private int next;
    private int epoch;

    /// <summary>Indices taken so far, over all epochs; setting it continues from there.</summary>
    public long Position
    {
        get => permutation.Length == 0 ? (long)epoch * count : ((epoch - 1L) * count) + next;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            (epoch, next, permutation) = (checked((int)(value / count)), 0, []);
            if (value % count == 0)
                return;
            Start();
            next = (int)(value % count);
        }
    }

    public int Next()
    {
        if (next == permutation.Length)
            Start();
        return permutation[next++];
    }

    private void Start()
    {
        permutation = new SeededRandom(seed, purpose, epoch++).Permutation(count);
        next = 0;
    }
}
