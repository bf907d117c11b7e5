namespace Crammed.Model;

/// <summary>Indices 0 .. count-1 in one random permutation after another.</summary>
internal sealed class EpochOrder(int count, long seed, string purpose)
{
    private int[] permutation = [];
    private int next;
    private int epoch;

    public int Next()
    {
        if (next == permutation.Length)
        {
            permutation = new SeededRandom(seed, purpose, epoch++).Permutation(count);
            next = 0;
        }

        return permutation[next++];
    }
}
