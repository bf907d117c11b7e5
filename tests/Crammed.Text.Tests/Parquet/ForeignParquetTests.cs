using System.Diagnostics;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>Files that DuckDB writes for the test: every codec, type and name; and files that are none.</summary>
public class ForeignParquetTests : FolderTests
{
    [Test]
    public void Every_codec_is_read(
        [Values("uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw")] string codec, [Values("v1", "v2")] string version)
    {
        var path = ParquetFiles.Write(
            Folder.Combine("f"), "SELECT i % 7 AS label, 'text ' || i AS text FROM range(20000) AS t(i)",
            $"CODEC {codec}, PARQUET_VERSION {version}");
        using var file = ForeignParquet.Open(path);
        var number = 0;
        foreach (var row in file.Rows(["text", "label"]))
        {
            Assert.That((row[0], row[1]), Is.EqualTo(($"text {number}", $"{number % 7}")));
            number++;
        }
        Assert.That((number, file.RowCount), Is.EqualTo((20_000, 20_000)));
    }

    [TestCase("1.50::DECIMAL(5, 2)", "1.5")]
    [TestCase("-120::DECIMAL(18, 0)", "-120")]
    [TestCase("100.00::DECIMAL(30, 2)", "100")]
    [TestCase("12345678901234567890123456789012345.678::DECIMAL(38, 3)", "12345678901234567890123456789012345.678")]
    [TestCase("0.1::FLOAT", "0.1")]
    [TestCase("1.0::DOUBLE", "1")]
    [TestCase("9007199254740993::BIGINT", "9007199254740993")]
    [TestCase("18446744073709551615::UBIGINT", "18446744073709551615")]
    [TestCase("(-128)::TINYINT", "-128")]
    [TestCase("true", "true")]
    [TestCase("''", "")]
    [TestCase("'10'", "10")]
    [TestCase("NULL::VARCHAR", null)]
    [TestCase("NULL::DECIMAL(5, 2)", null)]
    [TestCase("'bytes'::BLOB", "bytes")]
    public void Every_value_is_text_that_means_it(string value, string? text) =>
        Assert.That(Read($"SELECT {value} AS v", "v"), Is.EqualTo(new[] { text }));

    [TestCase("DATE '2020-01-01'", "DATE")]
    [TestCase("TIME '10:00:00'", "TIME")]
    [TestCase("uuid()", "UUID")]
    [TestCase("INTERVAL 1 DAY", "INTERVAL")]
    public void Other_types_are_refused(string value, string type) => Assert.That(
        () => Read($"SELECT {value} AS v", "v"),
        Throws.TypeOf<InvalidDataException>().With.Message.EndsWith($": column 'v' has type {type}; expected text or numbers."));

    [TestCase("[1, 2]", "v")]
    [TestCase("[{'a': 1}]", "v.a")]
    [TestCase("{'a': [1]}", "v")]
    [TestCase("MAP {'a': 1}", "v")]
    public void Lists_and_maps_are_refused(string value, string column) => Assert.That(
        () => Read($"SELECT {value} AS v, 1 AS w", column),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("holds lists").Or.Message.Contains("there is no column"));

    [Test]
    public void Columns_are_found_by_their_very_names()
    {
        const string Query = """
            SELECT 1 AS "a.b", {'x': 2, 'c"d': {'e': 3}} AS a, 4 AS "Text", 'x' AS "it's", 5 AS "c0"
            """;
        foreach (var (name, value) in new[] { ("a.b", "1"), ("Text", "4"), ("it's", "x"), ("c0", "5") })
            Assert.That(Read(Query, name), Is.EqualTo(new[] { value }), name);
        Assert.That(Read("SELECT {'b': 2, 'c': {'d': 3}} AS a", "a.c.d"), Is.EqualTo(new[] { "3" }));
        Assert.That(Read("SELECT {'b': {'d': 3}} AS a, 1 AS ab", "a"), Is.EqualTo(new[] { "3" }), "a structure of one member");
        foreach (var name in new[] { "text", "a.c", "", "b", "it" })
        {
            Assert.That(
                () => Read("SELECT {'b': 2, 'd': 3} AS a, 4 AS \"Text\"", name),
                Throws.TypeOf<InvalidDataException>().With.Message.EndsWith(
                    $"there is no column '{name}'; its columns: 'a.b, a.d, Text'."));
        }
    }

    /// <summary>A name is neither SQL nor a pattern, and its folders tell nothing of what the file holds.</summary>
    [TestCase("it's; DROP TABLE t; --.parquet")]
    [TestCase("a*b.parquet")]
    [TestCase("a?b.parquet")]
    [TestCase("[ab].parquet")]
    [TestCase("label=3/file.parquet")]
    [TestCase("größe 😀.parquet")]
    public void Any_name_of_a_file_will_do(string name)
    {
        var path = ParquetFiles.Write(Folder.Combine("plain"), "SELECT 1 AS label");
        ParquetFiles.Write(Folder.Combine("axb.parquet"), "SELECT 2 AS label");
        ParquetFiles.Write(Folder.Combine("a.parquet"), "SELECT 2 AS label");
        Directory.CreateDirectory(Path.GetDirectoryName(Folder.Combine(name))!);
        File.Move(path, Folder.Combine(name));
        using var file = ForeignParquet.Open(Folder.Combine(name));
        Assert.That(file.RowCount, Is.EqualTo(1));
        Assert.That(file.Rows(["label"]).Select(row => row[0]), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public void A_file_without_rows_has_none() => Assert.That(Read("SELECT 1 AS v LIMIT 0", "v"), Is.Empty);

    [TestCase("", "file")]
    [TestCase("PAR1\0\0\0\0XXXX", "")]
    [TestCase("XXXX\0\0\0\0PAR1", "")]
    [TestCase("PAR1\u0001\0\0\0PAR1", "")]
    [TestCase("PAR1\u007f\u007f\u007f\u007fPAR1", "")]
    [TestCase("PAR1\0\u0001\0\0\0PAR1", "")]
    [TestCase("sentence\tlabel\n", "")]
    public void What_is_no_Parquet_file_is_refused_in_one_line(string text, string reason)
    {
        File.WriteAllBytes(Folder.Combine("f"), [.. text.Select(character => (byte)character)]);
        Assert.That(
            () => ForeignParquet.Open(Folder.Combine("f")),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{Folder.Combine("f")}: ")
                .And.Message.Contains(reason).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void A_file_that_is_cut_short_is_refused([Range(0, 95, 5)] int percent)
    {
        var path = ParquetFiles.Write(Folder.Combine("f"), "SELECT i AS v, 'text ' || i AS t FROM range(1000) AS t(i)");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length * percent / 100)]);
        Assert.That(() => ForeignParquet.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path));
    }

    [Test]
    public void Text_that_is_not_UTF_8_is_refused()
    {
        var path = ParquetFiles.Write(Folder.Combine("f"), "SELECT 'abcdefgh' AS v", "CODEC uncompressed");
        var bytes = File.ReadAllBytes(path);
        for (var place = bytes.AsSpan().IndexOf("abcdefgh"u8); place >= 0; place = bytes.AsSpan().IndexOf("abcdefgh"u8))
            bytes[place] = 0xff;
        File.WriteAllBytes(path, bytes);
        using var file = ForeignParquet.Open(path);
        Assert.That(
            () => file.Rows(["v"]).ToList(),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains("UTF"));
    }

    [Test]
    public void A_missing_file_is_missing() => Assert.That(
        () => ForeignParquet.Open(Folder.Combine("none")), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("none"));

    /// <summary>600 MB of text: only row groups, 80 MB each, may be in memory at once.</summary>
    [Test]
    public void Large_files_are_streamed()
    {
        var path = ParquetFiles.Write(
            Folder.Combine("f"), "SELECT i || repeat('x', 4000) AS v FROM range(150000) AS t(i)", "CODEC snappy, ROW_GROUP_SIZE 20000");
        using var file = ForeignParquet.Open(path);
        var (before, largest, rows) = (WorkingSet(), 0L, 0);
        foreach (var row in file.Rows(["v"]))
        {
            Assert.That(row[0]!, Has.Length.GreaterThan(4000));
            if (rows++ % 5000 == 0)
                largest = Math.Max(largest, WorkingSet());
        }
        Assert.That(rows, Is.EqualTo(150_000));
        Assert.That((largest - before) >> 20, Is.LessThan(450), "MiB");
    }

    private static long WorkingSet()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private List<string?> Read(string query, string column)
    {
        using var file = ForeignParquet.Open(ParquetFiles.Write(Folder.Combine("f"), query));
        return [.. file.Rows([column]).Select(row => row.Single())];
    }
}
