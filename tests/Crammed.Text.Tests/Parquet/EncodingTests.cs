using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

public class EncodingTests
{
    [Test]
    public void Checksum_of_the_standard_check_value()
    {
        Assert.That((uint)Checksum.Compute("123456789"u8), Is.EqualTo(0xCBF43926));
        Assert.That(Checksum.Compute([]), Is.Zero);
    }

    /// <summary>The example of parquet-format's Encodings.md: 0 to 7 with bit width 3; then a run of 100 times 5.</summary>
    [Test]
    public void Runs_and_packed_groups_of_the_format_description()
    {
        var values = new int[108];
        Decoder([0x03, 0x88, 0xC6, 0xFA, 0xC8, 0x01, 0x05], 3).Read(values);
        Assert.That(values[..8], Is.EqualTo(Enumerable.Range(0, 8)));
        Assert.That(values[8..], Is.All.EqualTo(5));
    }

    [TestCase(new byte[] { 0x03, 0x88, 0xC6 }, 3, "do not fit")]
    [TestCase(new byte[] { 0x10 }, 3, "run value")]
    [TestCase(new byte[] { 0x10, 0x08 }, 3, "does not fit in 3 bits")]
    [TestCase(new byte[] { }, 3, "run header")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02 }, 0, "longer than 64 bits")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x10 }, 1, "too long")]
    [TestCase(new byte[] { 0x10, 0x01 }, 33, "bit width 33")]
    public void Malformed_runs_are_refused(byte[] bytes, int bitWidth, string reason) =>
        Assert.That(
            () => Decoder(bytes, bitWidth).Read(new int[8]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));

    [Test]
    public void Levels_survive_a_round_trip_whatever_their_runs()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 500; trial++)
        {
            var levels = new byte[random.Next(0, 200)];
            for (var (index, value) = (0, 0); index < levels.Length; index++)
            {
                if (random.Next(trial % 20 + 1) == 0)
                    value ^= 1;
                levels[index] = (byte)value;
            }

            var output = new MemoryStream();
            RunLengthEncoder.Encode(output, levels);
            var decoded = new int[levels.Length];
            Decoder(output.ToArray(), 1).Read(decoded);
            Assert.That(decoded, Is.EqualTo(levels.Select(level => (int)level)));
        }
    }

    [Test]
    public void Packed_values_of_every_width_match_bit_by_bit_packing()
    {
        var random = new Random(8);
        for (var width = 1; width <= 32; width++)
        {
            var values = Enumerable.Range(0, 24).Select(_ => (ulong)random.NextInt64(1L << width)).ToArray();
            byte[] bytes = [(3 << 1) | 1, .. Pack(values, width)];
            var decoded = new int[24];
            Decoder(bytes, width).Read(decoded);
            Assert.That(decoded.Select(value => (ulong)(uint)value), Is.EqualTo(values));
        }
    }

    [Test]
    public void Deltas_match_a_plain_encoder()
    {
        var random = new Random(9);
        for (var trial = 0; trial < 200; trial++)
        {
            var values = new long[random.Next(0, 400)];
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = (trial % 3) switch
                {
                    0 => random.NextInt64(long.MinValue, long.MaxValue),
                    1 => index * 3L,
                    _ => random.Next(-1000, 1000),
                };
            }

            var decoded = new long[values.Length];
            var reader = new ByteReader(EncodeDeltas(values), "test");
            DeltaBinaryPackedDecoder.Decode(ref reader, decoded.AsSpan());
            Assert.That(decoded, Is.EqualTo(values));
            Assert.That(reader.Remaining, Is.Zero);
        }
    }

    [Test]
    public void Thirty_two_bit_deltas_wrap_around()
    {
        var decoded = new int[2];
        var reader = new ByteReader(EncodeDeltas([int.MaxValue, int.MaxValue + 1L]), "test");
        DeltaBinaryPackedDecoder.Decode(ref reader, decoded.AsSpan());
        Assert.That(decoded, Is.EqualTo(new[] { int.MaxValue, int.MinValue }));
    }

    [TestCase(new byte[] { 0x00, 0x04, 0x02, 0x00 }, "blocks of 0 values")]
    [TestCase(new byte[] { 0x80, 0x01, 0x00, 0x02, 0x00 }, "in 0 miniblocks")]
    [TestCase(new byte[] { 0x80, 0x01, 0x08, 0x02, 0x00 }, "in 8 miniblocks")]
    [TestCase(new byte[] { 0x80, 0x01, 0x04, 0x03, 0x00 }, "3 delta values where 2 are needed")]
    [TestCase(new byte[] { 0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 0x41, 0x00, 0x00, 0x00 }, "bit width 65")]
    [TestCase(new byte[] { 0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00 }, "miniblock of 4 bytes")]
    [TestCase(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "delta block size is")]
    public void Malformed_deltas_are_refused(byte[] bytes, string reason) =>
        Assert.That(
            () =>
            {
                var reader = new ByteReader(bytes, "test");
                DeltaBinaryPackedDecoder.Decode(ref reader, new long[2].AsSpan());
            },
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));

    private static RunLengthDecoder Decoder(byte[] bytes, int bitWidth) => new(new ByteReader(bytes, "test"), bitWidth);

    /// <summary>Lowest bit first, one bit at a time.</summary>
    private static byte[] Pack(ulong[] values, int width)
    {
        var packed = new byte[((values.Length * width) + 7) / 8];
        for (var bit = 0; bit < values.Length * width; bit++)
            packed[bit / 8] |= (byte)(((values[bit / width] >> (bit % width)) & 1) << (bit % 8));
        return packed;
    }

    /// <summary>Blocks of 128 in 4 miniblocks, written from the format's description.</summary>
    private static byte[] EncodeDeltas(long[] values)
    {
        List<byte> bytes = [.. Varint(128), .. Varint(4), .. Varint((ulong)values.Length), .. ZigZag(values.FirstOrDefault())];
        for (var start = 1; start < values.Length; start += 128)
        {
            var deltas = Enumerable.Range(start, Math.Min(128, values.Length - start))
                .Select(index => unchecked(values[index] - values[index - 1])).ToArray();
            var minimum = deltas.Min();
            var parts = deltas.Select(delta => unchecked((ulong)(delta - minimum))).Chunk(32).ToArray();
            var widths = parts.Select(part => 64 - (int)ulong.LeadingZeroCount(part.Max())).ToArray();
            bytes.AddRange(ZigZag(minimum));
            for (var part = 0; part < 4; part++)
                bytes.Add((byte)(part < parts.Length ? widths[part] : 0));
            for (var part = 0; part < parts.Length; part++)
                bytes.AddRange(Pack([.. parts[part], .. new ulong[32 - parts[part].Length]], widths[part]));
        }

        return [.. bytes];
    }

    private static byte[] ZigZag(long value) => Varint(value < 0 ? ((ulong)-(value + 1) * 2) + 1 : (ulong)value * 2);

    private static byte[] Varint(ulong value) => value < 128 ? [(byte)value] : [(byte)(value | 128), .. Varint(value / 128)];
}
