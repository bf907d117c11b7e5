using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

public class ThriftCompactTests
{
    [Test]
    public void Bytes_are_those_of_the_protocol()
    {
        var writer = new ThriftCompactWriter();
        writer.BeginStruct();
        writer.WriteInt32(1, -1);
        writer.WriteInt64(4, 300);
        writer.BeginStruct(10);
        writer.WriteString(1, "é");
        writer.EndStruct();
        writer.BeginList(11, ThriftType.Int32, 2);
        writer.WriteElement(1);
        writer.WriteElement(-2);
        writer.EndStruct();
        byte[] expected =
        [
            0x15, 0x01, // field 1, 32-bit, zigzag(-1) = 1
            0x36, 0xd8, 0x04, // field 4 (3 more), 64-bit, zigzag(300) = 600
            0x6c, 0x18, 0x02, 0xc3, 0xa9, 0x00, // field 10, struct with field 1, 2 bytes of text
            0x19, 0x25, 0x02, 0x03, // field 11, list of 2 32-bit numbers
            0x00,
        ];
        Assert.That(writer.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Every_type_of_field_is_skipped()
    {
        byte[] bytes =
        [
            0x11, 0x12, // booleans
            0x13, 0xff, // byte
            0x14, 0x80, 0x01, // 16-bit
            0x17, 0, 0, 0, 0, 0, 0, 0, 0, // double
            0x18, 0x02, 0x61, 0x62, // binary
            0x19, 0x22, 0x01, 0x02, // list of booleans
            0x1a, 0xf5, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // set of 16
            0x1b, 0x01, 0x58, 0x02, 0x01, 0x61, // map from 32-bit to binary
            0x1b, 0x00, // empty map
            0x1c, 0x15, 0x02, 0x00, // struct
            0x05, 0x64, 0x2a, // field 50 in the long form, 32-bit 21
            0x00,
        ];
        var reader = new ThriftCompactReader(bytes, "test");
        var (id, last) = (0, 0);
        while (reader.ReadField(ref id, out var type))
        {
            last = id;
            if (id == 50)
                Assert.That(reader.ReadInt32(type), Is.EqualTo(21));
            else
                reader.Skip(type);
        }

        Assert.That(last, Is.EqualTo(50));
        Assert.That(reader.Position, Is.EqualTo(bytes.Length));
    }

    [TestCase(new byte[] { }, "field header")]
    [TestCase(new byte[] { 0x18, 0x05, 0x61 }, "length 5 exceeds")]
    [TestCase(new byte[] { 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x00 }, "exceeds the 1 bytes left")]
    [TestCase(new byte[] { 0x1b, 0x10, 0x55 }, "length 16 exceeds")]
    [TestCase(new byte[] { 0x1d }, "unknown type 13")]
    [TestCase(new byte[] { 0x05, 0xff, 0xff, 0xff, 0xff, 0x0f }, "outside 16 bits")]
    [TestCase(new byte[] { 0x16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f }, "longer than 64 bits")]
    public void Malformed_bytes_are_refused(byte[] bytes, string reason) =>
        Assert.That(() => SkipAll(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));

    [Test]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        var bytes = new byte[1_000_000];
        Array.Fill(bytes, (byte)0x1c);
        Assert.That(() => SkipAll(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("nested"));
    }

    private static void SkipAll(byte[] bytes)
    {
        var reader = new ThriftCompactReader(bytes, "test");
        var id = 0;
        while (reader.ReadField(ref id, out var type))
            reader.Skip(type);
    }
}
