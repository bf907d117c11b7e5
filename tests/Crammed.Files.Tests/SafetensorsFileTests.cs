using System.Buffers.Binary;
using System.Text;

namespace Crammed.Files.Tests;

public class SafetensorsFileTests : FolderTests
{
    [Test]
    public void Half_precision_widens_exactly()
    {
        // F16 0x3c01 = 1 + 2^-10, 0x8001 = -2^-24, 0x7c00 = infinity; BF16 0x3f81 = 1 + 2^-7, 0xff80 = -infinity.
        byte[] data = [0x01, 0x3c, 0x01, 0x80, 0x00, 0x7c, 0x81, 0x3f, 0x80, 0xff];
        var path = Write(
            """{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]}}""", data);
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.ReadFloat32("h"), Is.EqualTo(new[] { 1 + (1f / 1024), -1f / (1 << 24), float.PositiveInfinity }));
        Assert.That(file.ReadFloat32("b"), Is.EqualTo(new[] { 1 + (1f / 128), float.NegativeInfinity }));
        Assert.That(file.ReadBytes("b"), Is.EqualTo(data[6..]));
    }

    [Test]
    public void Double_precision_is_rounded_to_nearest()
    {
        double[] values = [0.1, 1 + (1.0 / (1 << 24)), 1 + (3.0 / (1 << 24)), 1e300, -1e-300];
        byte[] data = [.. values.SelectMany(BitConverter.GetBytes)];
        using var file = SafetensorsFile.Open(Write("""{"d":{"dtype":"F64","shape":[5],"data_offsets":[0,40]}}""", data));
        // Halfway cases go to the even neighbour: 1, and 1 + 2^-22.
        Assert.That(file.ReadFloat32("d"), Is.EqualTo(new[] { 0.1f, 1, 1 + (1f / (1 << 22)), float.PositiveInfinity, -0f }));
    }

    [Test]
    public void Names_come_in_the_order_of_their_bytes()
    {
        var path = Write(
            """
            {"z":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},
             "a":{"data_offsets":[2,3],"dtype":"U8","shape":[1]},
             "m":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}
            """,
            [1, 2, 3]);
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Names, Is.EqualTo(new[] { "m", "z", "a" }));
        Assert.That(file.ReadBytes("z"), Is.EqualTo(new byte[] { 2 }));
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", TestName = "Control: the header that the others break")]
    public void A_sound_header_opens(string json)
    {
        using var file = SafetensorsFile.Open(Write(json, new byte[8]));
        Assert.That(file.Names, Is.EqualTo(new[] { "a" }));
    }

    [TestCase("", "does not start with '{'")]
    [TestCase("[]", "does not start with '{'")]
    [TestCase(""" {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "does not start with '{'")]
    [TestCase("{", "not well-formed JSON")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "not well-formed JSON")]
    [TestCase("""{"a":{"dtype":"F32","shape":[[[[[2]]]]],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [TestCase("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [TestCase("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [TestCase(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        "not well-formed JSON")]
    [TestCase("""{"a":[]}""", "tensor 'a' is not an object")]
    [TestCase("""{"__metadata__":3,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__ is not an object")]
    [TestCase("""{"__metadata__":{"k":3},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__ 'k' is not a string")]
    [TestCase("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "tensor 'a' has no dtype")]
    [TestCase("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "tensor 'a' has no shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2]}}""", "tensor 'a' has no data_offsets")]
    [TestCase("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "tensor 'a' has dtype 'F31'")]
    [TestCase("""{"a":{"dtype":3,"shape":[2],"data_offsets":[0,8]}}""", "dtype that is not of kind String")]
    [TestCase("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "shape that is not of kind Array")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "'2.0' in shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}""", "'-2' in shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "in shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", "'9223372036854775808' in shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "does not fill its 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,8]}}""", "does not fill its 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "does not fill its 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", "overflows")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "data_offsets [0, 8, 8]")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "data_offsets [8, 0]")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "data_offsets [0, 12]")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlap or hole")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "tensor 'b' begins at byte 4")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "the tensors end at byte 4")]
    [TestCase("{}", "the tensors end at byte 0")]
    public void A_hostile_header_is_refused_with_its_reason(string json, string reason)
    {
        var path = Write(json, new byte[8]);
        Assert.That(
            () => SafetensorsFile.Open(path),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(reason));
    }

    [Test]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        byte[] json = [.. "{\""u8, 0xff, .. "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8];
        Assert.That(() => SafetensorsFile.Open(Write(json, [])), Throws.TypeOf<InvalidDataException>().With.Message.Contains("UTF-8"));
    }

    [TestCase(100_000_001UL)]
    [TestCase(3UL)]
    [TestCase(ulong.MaxValue)]
    [TestCase(1UL << 63)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var bytes = new byte[10];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        var path = Folder.Combine("length");
        File.WriteAllBytes(path, bytes);
        Assert.That(
            () => SafetensorsFile.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains($"header length {length}"));
    }

    [Test]
    public void Too_short_a_file_is_refused()
    {
        var path = Folder.Combine("short");
        File.WriteAllBytes(path, new byte[7]);
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Reading_the_wrong_tensor_says_what_is_wrong()
    {
        using var file = SafetensorsFile.Open(Write("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]));
        Assert.That(() => file.ReadFloat32("a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("tensor 'a' has dtype I64"));
        Assert.That(() => file.ReadFloat64("a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("F64 is needed"));
        Assert.That(() => file.ReadInt64("b"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no tensor 'b'"));
    }

    [Test]
    public void A_file_cut_after_opening_is_noticed()
    {
        var path = Write("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        using var file = SafetensorsFile.Open(path);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(stream.Length - 1);
        Assert.That(() => file.ReadInt64("a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("too early"));
    }

    [Test]
    public void Mutated_files_open_or_are_refused_and_never_fail_otherwise()
    {
        var writer = new SafetensorsWriter();
        writer.AddFloat32("weight", [2, 3], new float[6]);
        writer.AddInt64("steps", [1], new long[1]);
        writer.AddBoolean("mask", [3], new bool[3]);
        writer.AddMetadata("format", "pt");
        writer.Write(Folder.Combine("sound"));
        var sound = File.ReadAllBytes(Folder.Combine("sound"));
        var random = new Random(20240611);
        var refused = 0;
        for (var trial = 0; trial < 3000; trial++)
            refused += IsRefused(Mutate(sound, random)) ? 1 : 0;

        // Most positions are structure, so a reader that refused little would not be checking.
        Assert.That(refused, Is.InRange(1000, 2999));
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        var bytes = (byte[])sound.Clone();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var position = random.Next(bytes.Length);
            bytes[position] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)"0123456789{}[]\",:\\-"[random.Next(19)],
                _ => bytes[random.Next(bytes.Length)],
            };
        }

        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private bool IsRefused(byte[] bytes)
    {
        var path = Folder.Combine("mutated");
        File.WriteAllBytes(path, bytes);
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var name in file.Names)
                file.ReadBytes(name);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    private string Write(string json, byte[] data) => Write(Encoding.UTF8.GetBytes(json), data);

    private string Write(byte[] json, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        var path = Folder.Combine("file");
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
        return path;
    }
}
