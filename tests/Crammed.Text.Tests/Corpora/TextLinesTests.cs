using System.IO.Compression;
using System.Text;

namespace Crammed.Text.Tests;

public class TextLinesTests : FolderTests
{
    [Test]
    public void Read_TakesLineEndsAndByteOrderMark()
    {
        var path = Write("lines.txt", Encoding.UTF8.GetBytes("\ufeffone\r\n\ntwo é\u2028日\nlast"));
        Assert.That(TextLines.Read(path), Is.EqualTo((string[])["one", "", "two é\u2028日", "last"]));
        Assert.That(TextLines.Read(Write("empty.txt", [])), Is.Empty);
        Assert.That(TextLines.Read(Write("line.txt", "x\n"u8.ToArray())), Is.EqualTo((string[])["x"]));
    }

    /// <summary>Lines that begin, end and lie across the reader's blocks.</summary>
    [Test]
    public void Read_OfManyBlocks_GivesTheLinesWritten()
    {
        Random random = new(1);
        string[] lines = [.. Enumerable.Range(0, 4000).Select(_ => new string((char)random.Next('a', 0x250), random.Next(0, 200)))];
        lines[2000] = new string('x', 300_000);
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        Assert.That(TextLines.Read(Write("lines.txt", bytes)), Is.EqualTo(lines));
        Assert.That(TextLines.Read(Write("lines.txt.gz", Compress(bytes))), Is.EqualTo(lines));
    }

    [Test]
    public void Read_RefusesMalformedUtf8_NamingFileAndLine()
    {
        var path = Write("lines.txt", [.. "good\nba"u8, 0xFF, .. "d\n"u8]);
        Assert.That(
            () => TextLines.Read(path).Count(),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{path}, line 2: not UTF-8 (byte 3"));
    }

    [Test]
    public void Read_RefusesDamagedGzip()
    {
        var bytes = Compress(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 50_000))));
        byte[] changed = [.. bytes];
        changed[bytes.Length / 2] ^= 0x55;
        byte[][] damaged = [bytes[..(bytes.Length / 2)], bytes[..10], [], "not gzip, and long enough"u8.ToArray(), changed];
        foreach (var content in damaged)
        {
            var path = Write("lines.gz", content);
            Assert.That(() => TextLines.Read(path).Count(), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path));
        }
    }

    /// <summary>RFC 1952, 2.2: a gzip file is a series of members; tape archives fill up with zeros.</summary>
    [Test]
    public void Read_TakesGzipOfSeveralMembers()
    {
        byte[] one = Compress("alpha\nbe"u8.ToArray()), two = Compress("ta\ngamma\n"u8.ToArray());
        var large = Compress(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i}\n"))));
        string[] lines = ["alpha", "beta", "gamma"], numbers = [.. Enumerable.Range(0, 30_000).Select(i => $"{i}")];
        Assert.That(TextLines.Read(Write("two.gz", [.. one, .. two])), Is.EqualTo(lines));
        foreach (var zeros in (int[])[1, 7, 8, 9, 512, 100_000])
            Assert.That(TextLines.Read(Write("zeros.gz", [.. one, .. two, .. new byte[zeros]])), Is.EqualTo(lines));
        Assert.That(TextLines.Read(Write("empty.gz", [.. EmptyMember, .. one, .. EmptyMember, .. two, .. EmptyMember])), Is.EqualTo(lines));
        Assert.That(TextLines.Read(Write("empty.gz", [.. one, .. two, .. EmptyMember, .. new byte[3]])), Is.EqualTo(lines));
        Assert.That(TextLines.Read(Write("none.gz", EmptyMember)), Is.Empty);
        Assert.That(
            TextLines.Read(Write("large.gz", [.. large, .. large, .. one])), Is.EqualTo((string[])[.. numbers, .. numbers, "alpha", "be"]));
    }

    /// <summary>Cut anywhere, and changed anywhere where it matters: in the header, time stamp, flags and system do not.</summary>
    [Test]
    public void Read_RefusesMembersThatAreNotWhole()
    {
        var member = Compress("alpha\nbeta\n"u8.ToArray());
        byte[][] files = [member, [.. member, .. member], [.. member, .. EmptyMember], [.. member, .. member, .. new byte[12]]];
        foreach (var file in files)
        {
            var content = file.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            for (var length = 1; length < content; length++)
            {
                if (length != member.Length)
                    Refuse(file[..length], $"the first {length} bytes");
            }
            for (var position = 10; position < content; position++)
            {
                if ((position - member.Length) is >= 4 and < 10)
                    continue;
                byte[] changed = [.. file];
                changed[position] ^= 0x5A;
                Refuse(changed, $"byte {position} changed");
            }
        }
        Refuse([.. member, .. "garbage"u8], "garbage after a member");
        Refuse([.. member, .. "garbage"u8, .. new byte[20]], "garbage and zeros after a member");
        Refuse([.. member, .. new byte[20], .. member], "zeros between members");
        Refuse(new byte[100], "zeros alone");

        void Refuse(byte[] content, string what)
        {
            var path = Write("lines.gz", content);
            Assert.That(
                () => TextLines.Read(path).Count(), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path), () => what);
        }
    }

    [Test]
    public void Read_RefusesALineWithoutEnd()
    {
        var path = Write("bomb.gz", Compress(new byte[TextLines.MaximumLineBytes + (1 << 17)]));
        Assert.That(
            () => TextLines.Read(path).Count(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("line 1: longer than"));
    }

    [Test]
    public void Read_OfAMissingFile_NamesIt() =>
        Assert.That(
            () => TextLines.Read(Folder.Combine("absent.txt")).Count(),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("absent.txt"));

    /// <summary>What gzip makes of an empty file.</summary>
    private static byte[] EmptyMember { get; } = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionMode.Compress))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Folder.Combine(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
