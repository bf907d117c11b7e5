namespace Crammed.Ckks.Ring;

internal static class BitReversal
{
    /// <summary>For each i in [0, 2^<paramref name="bits"/>), the number whose bits are those of i in reverse order.</summary>
    public static int[] Table(int bits)
    {
        var table = new int[1 << bits];
        for (var i = 1; i < table.Length; i++)
            table[i] = table[i >> 1] >> 1 | (i & 1) << bits - 1;
        return table;
    }
}
