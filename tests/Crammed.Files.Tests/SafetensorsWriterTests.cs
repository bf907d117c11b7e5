using System.Text;

namespace Crammed.Files.Tests;

public class SafetensorsWriterTests : FolderTests
{
    [Test]
    public void Bytes_are_those_of_the_format()
    {
        var writer = new SafetensorsWriter();
        writer.AddUInt8("a", [3], new byte[] { 7, 8, 9 });
        writer.AddFloat32("b", [1, 2], new[] { 1f, -2f });
        writer.AddMetadata("k", "v");
        var path = Folder.Combine("golden");
        writer.Write(path);

        const string Json =
            """{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}""" +
            ""","a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        byte[] expected =
        [
            136, 0, 0, 0, 0, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(Json.PadRight(136)),
            0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0,
            7, 8, 9,
        ];
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(expected));
    }

    [Test]
    public void Every_type_survives_a_round_trip_bit_for_bit()
    {
        var floats = new[] { 0f, -0f, float.Epsilon, float.MaxValue, float.NaN, float.NegativeInfinity };
        var doubles = new[] { Math.PI, double.Epsilon, -0.0 };
        var longs = new[] { long.MinValue, -1, long.MaxValue, 0 };
        var writer = new SafetensorsWriter();
        writer.AddFloat32("floats", [2, 3], floats);
        writer.AddFloat64("doubles", [3], doubles);
        writer.AddInt64("longs", [4, 1], longs);
        writer.AddInt32("ints", [], new[] { int.MinValue });
        writer.AddUInt8("bytes", [1, 0, 5], ReadOnlyMemory<byte>.Empty);
        writer.AddBoolean("ü \" bools", [2], new[] { true, false });
        writer.AddMetadata("schlüssel", "wert\n\"");
        var path = Folder.Combine("all");
        writer.Write(path);

        using var file = SafetensorsFile.Open(path);
        Assert.That(
            file.ReadFloat32("floats").Select(BitConverter.SingleToUInt32Bits), Is.EqualTo(floats.Select(BitConverter.SingleToUInt32Bits)));
        Assert.That(
            file.ReadFloat64("doubles").Select(BitConverter.DoubleToUInt64Bits),
            Is.EqualTo(doubles.Select(BitConverter.DoubleToUInt64Bits)));
        Assert.That(file.ReadInt64("longs"), Is.EqualTo(longs));
        Assert.That(file.Shape("longs"), Is.EqualTo(new long[] { 4, 1 }));
        Assert.That(file.ReadInt64("ints"), Is.EqualTo(new long[] { int.MinValue }));
        Assert.That(file.Shape("ints"), Is.Empty);
        Assert.That(file.ReadBytes("bytes"), Is.Empty);
        Assert.That(file.ReadBytes("ü \" bools"), Is.EqualTo(new byte[] { 1, 0 }));
        Assert.That(file.Metadata["schlüssel"], Is.EqualTo("wert\n\""));
        Assert.That(file.Contains("floats") && !file.Contains("other"));
    }

    [Test]
    public void Values_beyond_one_chunk_survive_a_round_trip()
    {
        var values = new int[(2 << 20) + 3];
        for (var index = 0; index < values.Length; index++)
            values[index] = index * 7;
        var writer = new SafetensorsWriter();
        writer.AddInt32("many", [values.Length], values);
        writer.Write(Folder.Combine("many"));
        using var file = SafetensorsFile.Open(Folder.Combine("many"));
        Assert.That(file.ReadInt64("many").SequenceEqual(values.Select(value => (long)value)));
    }

    [Test]
    public void The_order_of_adding_does_not_change_the_bytes()
    {
        Action<SafetensorsWriter>[] additions =
        [
            writer => writer.AddFloat32("b", [1], new[] { 1f }),
            writer => writer.AddFloat32("a", [2], new[] { 2f, 3f }),
            writer => writer.AddFloat64("z", [1], new[] { 4.0 }),
            writer => writer.AddMetadata("m", "1"),
            writer => writer.AddMetadata("l", "2"),
        ];
        var (forward, backward) = (new SafetensorsWriter(), new SafetensorsWriter());
        foreach (var addition in additions)
            addition(forward);
        foreach (var addition in additions.Reverse())
            addition(backward);
        forward.Write(Folder.Combine("forward"));
        backward.Write(Folder.Combine("backward"));
        Assert.That(File.ReadAllBytes(Folder.Combine("backward")), Is.EqualTo(File.ReadAllBytes(Folder.Combine("forward"))));
    }

    [Test]
    public void Writing_replaces_the_file_and_leaves_no_other()
    {
        var path = Folder.Combine("model");
        File.WriteAllText(path, "old");
        new SafetensorsWriter().Write(path);
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Names, Is.Empty);
        Assert.That(Folder.Names(), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        var path = Folder.Combine("model");
        File.WriteAllText(path, "old");
        using (var file = new AtomicFile(path))
            file.Stream.WriteByte(1);
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Folder.Names(), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void Wrong_arguments_are_refused()
    {
        var writer = new SafetensorsWriter();
        writer.AddFloat32("taken", [1], new float[1]);
        Assert.That(() => writer.AddFloat32("taken", [1], new float[1]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("__metadata__", [1], new float[1]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("a", [2, 3], new float[5]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("a", [], new float[2]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("a", [-1, -1], new float[1]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("a", [long.MaxValue, long.MaxValue], new float[1]), Throws.ArgumentException);
        Assert.That(() => writer.AddFloat32("a", [long.MaxValue, 0], new float[1]), Throws.ArgumentException);
    }
}
