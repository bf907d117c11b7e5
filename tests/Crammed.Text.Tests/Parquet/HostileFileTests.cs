using System.Buffers.Binary;
using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>Files whose parts are each well-formed but claim what is not there. Each test breaks one thing of a file that opens.</summary>
public class HostileFileTests
{
    private static readonly SchemaElement Root = new("schema", Repetition.Required, ChildCount: 1);
    private static readonly SchemaElement Leaf = new("a", Repetition.Required, ParquetPhysicalType.Int32);

    // Three values 1, 2, 3 in PLAIN encoding.
    private static readonly byte[] ThreeValues = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void The_file_that_the_others_break_is_read()
    {
        var path = Write(DataPage(3, ThreeValues));
        using var reader = ParquetReader.Open(path);
        Assert.That(reader.ReadInt32(0, "a").Values, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(() => reader.ReadInt32(1, "a"), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => reader.ReadInt32(0, "b"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("0 columns are named 'b'"));
        Assert.That(() => reader.ReadFloat(0, "a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("type Int32 where Float"));
    }

    [TestCase("", "0 bytes are too few")]
    [TestCase("PAR1\0\0\0\0XXXX", "PAR1")]
    [TestCase("XXXX\0\0\0\0PAR1", "PAR1")]
    [TestCase("PAR1\u0001\0\0\0PAR1", "footer of 1 bytes")]
    [TestCase("PAR1\u007f\u007f\u007f\u007fPAR1", "footer of 2139062143 bytes")]
    [TestCase("PAR1\0\u0001\0\0\0PAR1", "schema is missing")]
    public void Wrong_frames_are_refused(string text, string reason) =>
        AssertRefused(WriteBytes([.. text.Select(character => (byte)character)]), reason);

    private static IEnumerable<TestCaseData> WrongFooters()
    {
        var page = DataPage(3, ThreeValues);
        var chunk = Chunk(page);
        var right = Footer(chunk);
        var group = right.RowGroups[0];
        yield return new(right with { Schema = [] }, "schema is empty");
        yield return new(right with { Schema = [Root with { ChildCount = 2 }, Leaf] }, "has 2 children, and 1 nodes are left");
        yield return new(right with { Schema = [Root with { ChildCount = -1 }, Leaf] }, "has -1 children");
        yield return new(right with { Schema = [Root with { ChildCount = 0 }, Leaf] }, "of which its tree uses 1");
        yield return new(right with { Schema = [Root, .. Enumerable.Repeat(Root with { Name = "g" }, 50), Leaf] }, "nested more than 32");
        yield return new(right with { RowCount = 4 }, "the row groups have 3 rows, the file claims 4");
        yield return new(right with { RowGroups = [group with { RowCount = -3 }] }, "row group 0 has -3 rows");
        yield return new(right with { RowGroups = [group with { RowCount = 1L << 31 }] }, "row group 0 has 2147483648 rows");
        yield return new(right with { RowGroups = [group with { Chunks = [chunk, chunk] }] }, "has 2 columns, the schema 1");
        yield return new(Footer(chunk with { Type = ParquetPhysicalType.Float }), "of type Float, not the schema's Int32");
        yield return new(Footer(chunk with { Path = ["b"] }), "holds 'b'");
        yield return new(Footer(chunk with { Start = 3 }), "from 3 on lie outside");
        yield return new(Footer(chunk with { Start = long.MaxValue }), "lie outside");
        yield return new(Footer(chunk with { CompressedBytes = -1 }), "lie outside");
        yield return new(Footer(chunk with { CompressedBytes = chunk.CompressedBytes + 1 }), "lie outside");
        yield return new(Footer(chunk with { ValueCount = 4 }), "4 values do not go with 3 rows");
        yield return new(Footer(chunk with { ValueCount = -1 }), "-1 values");
    }

    [TestCaseSource(nameof(WrongFooters))]
    public void Wrong_footers_are_refused(object footer, string reason) =>
        AssertRefused(WriteBytes(FileBytes((FileMetadata)footer, DataPage(3, ThreeValues))), reason);

    private static IEnumerable<TestCaseData> WrongPages()
    {
        yield return new(DataPage(2, ThreeValues), "field header");
        yield return new(DataPage(4, ThreeValues), "hold 4 values where the column has 3");
        yield return new(DataPage(3, ThreeValues[..11]), "3 values do not fit in 11 bytes");
        yield return new(DataPage(3, ThreeValues, header => header with { CompressedBytes = 13 }), "a page of 13 bytes does not fit");
        yield return new(DataPage(3, ThreeValues, header => header with { UncompressedBytes = 11 }), "uncompressed page of 12 bytes");
        yield return new(DataPage(3, ThreeValues, header => header with { CompressedBytes = -1 }), "compressed_page_size -1");
        yield return new(DataPage(3, ThreeValues, header => header with { ValueCount = -1 }), "num_values -1");
        yield return new(DataPage(3, ThreeValues, header => header with { Checksum = 1 }), "checksum 00000001");
        yield return new(DataPage(3, ThreeValues, header => header with { Type = 1 }), "has type 1");
        yield return new(DataPage(3, ThreeValues, header => header with { Type = (int)PageType.DataV2 }), "header of its type");
        yield return new(DataPage(3, ThreeValues, header => header with { Encoding = 9 }), "encoding 9 of Int32");
        yield return new(DataPage(3, [0, 6, 0], Dictionary), "there is none");
        yield return new(Join(DictionaryPage(1, [7, 0, 0, 0]), DataPage(3, [1, 6, 1], Dictionary)), "index 1 is outside the dictionary");
        yield return new(Join(DictionaryPage(1, [7, 0, 0, 0]), DataPage(3, [33, 6, 0], Dictionary)), "bit width 33");
        yield return new(Join(DictionaryPage(2, [7, 0, 0, 0]), DataPage(3, [1, 6, 1], Dictionary)), "2 values do not fit in 4 bytes");
        yield return new(Join(DataPage(1, ThreeValues[..4]), DictionaryPage(1, ThreeValues[..4])), "page 1 has type 2");
    }

    [TestCaseSource(nameof(WrongPages))]
    public void Wrong_pages_are_refused(byte[] pages, string reason)
    {
        using var reader = ParquetReader.Open(Write(pages));
        Assert.That(
            () => reader.ReadInt32(0, "a"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 'a', row group 0").And.Message.Contains(reason));
    }

    [TestCase(2, new byte[] { 1 }, "compression 2 is not supported")]
    [TestCase(1, new byte[] { 0xff, 0xff, 0xff, 0xff, 0x07 }, "claim to hold 2147483647 bytes")]
    [TestCase(1, new byte[] { 12, 0x2c, 1, 2, 3 }, "corrupt")]
    [TestCase(1, new byte[] { 12, 0x05, 0x09 }, "corrupt")]
    [TestCase(1, new byte[] { }, "Snappy length")]
    public void Wrong_compression_is_refused(int codec, byte[] stored, string reason)
    {
        var page = DataPage(3, stored, header => header with { UncompressedBytes = 12 });
        using var reader = ParquetReader.Open(WriteBytes(FileBytes(Footer(Chunk(page) with { Codec = codec }), page)));
        Assert.That(() => reader.ReadInt32(0, "a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));
    }

    /// <summary>Half a billion empty lists take four bytes of levels: all counts agree, and memory is not taken for them.</summary>
    [Test]
    public void Counts_that_agree_but_dwarf_the_file_take_no_memory()
    {
        const int Rows = 1 << 29;
        var path = WriteLists(Rows, Rows, [.. Levels(Rows, 0), .. Levels(Rows, 0)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertListsRefused(path, "out of all proportion");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Empty_lists_in_proportion_are_read()
    {
        using var reader = ParquetReader.Open(WriteLists(1000, 1000, [.. Levels(1000, 0), .. Levels(1000, 0)]));
        var data = reader.ReadInt32(0, "l");
        Assert.That((data.RowCount, data.ValueCount), Is.EqualTo((1000, 0)));
    }

    [TestCase(8, 1, 1, "continues a list")]
    [TestCase(8, 0, 0, "has more rows than its row group's 4")]
    [TestCase(3, 0, 0, "run header")]
    public void Levels_that_contradict_the_rows_are_refused(int entries, byte repetition, byte definition, string reason) =>
        AssertListsRefused(WriteLists(4, 8, [.. Levels(entries, repetition), .. Levels(entries, definition)]), reason);

    [Test]
    public void A_column_with_fewer_rows_than_its_row_group_is_refused() =>
        AssertListsRefused(
            WriteLists(4, 8, [3, 0, 0, 0, 3, 0b11111100, 0, .. Levels(8, 1), .. new byte[32]]), "2 rows where its row group has 4");

    [Test]
    public void Lists_of_lists_are_refused()
    {
        var page = DataPage(3, ThreeValues);
        var footer = Footer(Chunk(page) with { Path = ["l", "m", "a"] }) with
        {
            Schema =
            [
                Root, new("l", Repetition.Repeated, ChildCount: 1), new("m", Repetition.Repeated, ChildCount: 1), Leaf,
            ],
        };
        using var reader = ParquetReader.Open(WriteBytes(FileBytes(footer, page)));
        Assert.That(() => reader.ReadInt32(0, "l"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("nested 2 deep"));
    }

    private static PageHeader Dictionary(PageHeader header) => header with { Encoding = (int)ParquetEncoding.RleDictionary };

    private static byte[] DataPage(int valueCount, byte[] stored, Func<PageHeader, PageHeader>? change = null)
    {
        var header = new PageHeader
        {
            Type = (int)PageType.Data,
            UncompressedBytes = stored.Length,
            CompressedBytes = stored.Length,
            ValueCount = valueCount,
            Encoding = (int)ParquetEncoding.Plain,
        };
        return Join((change?.Invoke(header) ?? header).Write(), stored);
    }

    // A data page's header serves: both begin with the number of values and the encoding, which is where the reader looks.
    private static byte[] DictionaryPage(int valueCount, byte[] stored) =>
        DataPage(valueCount, stored, header => header with { Type = (int)PageType.Dictionary });

    /// <summary>A run of one level, with its length before it.</summary>
    private static byte[] Levels(int count, byte level)
    {
        List<byte> run = [];
        for (var header = (uint)count << 1; ; header >>= 7)
        {
            run.Add((byte)(header < 0x80 ? header : header | 0x80));
            if (header < 0x80)
                break;
        }

        return [(byte)(run.Count + 1), 0, 0, 0, .. run, level];
    }

    private static ColumnChunkMetadata Chunk(byte[] pages) =>
        new(ParquetPhysicalType.Int32, [], ["a"], (int)ParquetCodec.Uncompressed, 3, pages.Length, pages.Length, Start: 4);

    private static FileMetadata Footer(ColumnChunkMetadata chunk) =>
        new([Root, Leaf], 3, [new RowGroupMetadata([chunk], chunk.UncompressedBytes, 3)], []);

    private static byte[] FileBytes(FileMetadata metadata, byte[] pages)
    {
        var footer = MetadataWriter.Write(metadata);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. "PAR1"u8, .. pages, .. footer, .. length, .. "PAR1"u8];
    }

    private static byte[] Join(byte[] first, byte[] second) => [.. first, .. second];

    private string Write(byte[] pages) => WriteBytes(FileBytes(Footer(Chunk(pages)), pages));

    private string WriteLists(int rowCount, int entryCount, byte[] body)
    {
        var page = DataPage(entryCount, body);
        var chunk = Chunk(page) with { Path = ["l", "a"], ValueCount = entryCount };
        List<SchemaElement> schema = [Root, new("l", Repetition.Repeated, ChildCount: 1), Leaf];
        return WriteBytes(FileBytes(new(schema, rowCount, [new([chunk], page.Length, rowCount)], []), page));
    }

    private string WriteBytes(byte[] bytes)
    {
        var path = _folder.File("hostile");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void AssertRefused(string path, string reason) =>
        Assert.That(
            () => ParquetReader.Open(path),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(reason));

    private static void AssertListsRefused(string path, string reason)
    {
        using var reader = ParquetReader.Open(path);
        Assert.That(() => reader.ReadInt32(0, "l"), Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));
    }
}
