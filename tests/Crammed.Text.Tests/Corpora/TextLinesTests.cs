using System.IO.Compression;
using System.Text;
using Crammed.Tests;

namespace Crammed.Text.Tests;

public class TextLinesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Read_TakesLineEndsAndByteOrderMark()
    {
        string path = Write("lines.txt", Encoding.UTF8.GetBytes("\ufeffone\r\n\ntwo é\u2028日\nlast"));
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
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        Assert.That(TextLines.Read(Write("lines.txt", bytes)), Is.EqualTo(lines));
        Assert.That(TextLines.Read(Write("lines.txt.gz", Compress(bytes))), Is.EqualTo(lines));
    }

    [Test]
    public void Read_RefusesMalformedUtf8_NamingFileAndLine()
    {
        string path = Write("lines.txt", [.. "good\nba"u8, 0xFF, .. "d\n"u8]);
        Assert.That(
            () => TextLines.Read(path).Count(),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{path}, line 2: not UTF-8 (byte 3"));
    }

    [Test]
    public void Read_RefusesDamagedGzip()
    {
        byte[] bytes = Compress(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 50_000))));
        byte[] changed = [.. bytes];
        changed[bytes.Length / 2] ^= 0x55;
        byte[][] damaged = [bytes[..(bytes.Length / 2)], bytes[..10], [], "not gzip, and long enough"u8.ToArray(), changed];
        foreach (byte[] content in damaged)
        {
            string path = Write("lines.gz", content);
            Assert.That(() => TextLines.Read(path).Count(), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path));
        }
    }

    [Test]
    public void Read_RefusesALineWithoutEnd()
    {
        string path = Write("bomb.gz", Compress(new byte[TextLines.MaximumLineBytes + (1 << 17)]));
        Assert.That(
            () => TextLines.Read(path).Count(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("line 1: longer than"));
    }

    [Test]
    public void Read_OfAMissingFile_NamesIt() =>
        Assert.That(
            () => TextLines.Read(_folder.File("absent.txt")).Count(),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("absent.txt"));

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionMode.Compress))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    private string Write(string name, byte[] bytes)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
