namespace Crammed.Text.Parquet;

/// <summary>The CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), as pages carry it.</summary>
internal static class Checksum
{
    private static readonly uint[] Table = MakeTable();

    public static int Compute(ReadOnlySpan<byte> bytes)
    {
        var remainder = uint.MaxValue;
        foreach (var value in bytes)
            remainder = Table[(byte)(remainder ^ value)] ^ (remainder >> 8);
        return (int)~remainder;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var index = 0u; index < table.Length; index++)
        {
            var remainder = index;
            for (var bit = 0; bit < 8; bit++)
                remainder = (remainder >> 1) ^ ((remainder & 1) * 0xEDB88320);
            table[index] = remainder;
        }

        return table;
    }
}
