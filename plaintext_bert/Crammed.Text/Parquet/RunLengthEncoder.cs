namespace Crammed.Text.Parquet;

/// <summary>Writes levels of 0 and 1 in the hybrid that <see cref="RunLengthDecoder"/> reads, with bit width 1.</summary>
internal static class RunLengthEncoder
{
    private const int Group = 8;

    /// <summary>Encodes as runs what repeats 8 times or more, the rest as packed groups.</summary>
    public static void Encode(MemoryStream output, ReadOnlySpan<byte> levels)
    {
        while (levels.Length > 0)
        {
            var run = RunLength(levels);
            if (run >= Group)
            {
                WriteVarint(output, (uint)run << 1);
                output.WriteByte(levels[0]);
                levels = levels[run..];
                continue;
            }

            var packed = Group;
            while (packed < levels.Length && RunLength(levels[packed..Math.Min(packed + Group, levels.Length)]) < Group)
                packed += Group;
            WritePacked(output, levels[..Math.Min(packed, levels.Length)]);
            levels = levels[Math.Min(packed, levels.Length)..];
        }
    }

    private static int RunLength(ReadOnlySpan<byte> levels)
    {
        var end = levels.IndexOfAnyExcept(levels[0]);
        return end < 0 ? levels.Length : end;
    }

    /// <summary>Whole groups of 8, the last filled up with zeros.</summary>
    private static void WritePacked(MemoryStream output, ReadOnlySpan<byte> levels)
    {
        var groups = (levels.Length + Group - 1) / Group;
        WriteVarint(output, ((uint)groups << 1) | 1);
        for (var start = 0; start < levels.Length; start += Group)
        {
            var bits = 0;
            for (var index = start; index < Math.Min(start + Group, levels.Length); index++)
                bits |= levels[index] << (index - start);
            output.WriteByte((byte)bits);
        }
    }

    private static void WriteVarint(MemoryStream output, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
