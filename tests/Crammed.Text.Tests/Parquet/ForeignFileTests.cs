using System.Security.Cryptography;
using System.Text;
using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>
/// Files written by pyarrow, parquet-mr and impala. Values come from the text they were made of, from parquet-testing's own description,
/// or, where a SHA-256 stands, from the same columns read with hyparquet 1.31 and joined the same way.
/// </summary>
public class ForeignFileTests
{
    [Test]
    public void Pyarrow_sentences_equal_the_tab_separated_original()
    {
        using var reader = Open("sst2-validation");
        var original = File.ReadAllLines(SharedData.File("glue/sst2/dev.tsv")).Skip(1).Select(line => line.Split('\t')).ToArray();
        Assert.That(reader.RowCount, Is.EqualTo(872));
        Assert.That(reader.RowGroupCount, Is.EqualTo(1));
        Assert.That(reader.KeyValues.Keys, Is.SupersetOf(new[] { "huggingface", "ARROW:schema" }));
        Assert.That(reader.Column("sentence").IsText);
        Assert.That(reader.ReadString(0, "sentence").Values, Is.EqualTo(original.Select(row => row[0])));
        Assert.That(reader.ReadInt64(0, "label").Values, Is.EqualTo(original.Select(row => long.Parse(row[1]))));
        Assert.That(reader.ReadInt32(0, "idx").Values, Is.EqualTo(Enumerable.Range(0, 872)));
        Assert.That(reader.ReadString(0, "sentence").Present, Is.Null);
    }

    [Test]
    public void Pyarrow_structure_is_read_as_its_members()
    {
        using var reader = Open("opus100-en-gu-validation");
        Assert.That(reader.Columns.Select(column => column.Path), Is.EqualTo(new[] { "translation.en", "translation.gu" }));
        Assert.That(reader.RowCount, Is.EqualTo(2000));
        var text = new StringBuilder();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var (english, gujarati) = (reader.ReadString(group, "translation.en"), reader.ReadString(group, "translation.gu"));
            Assert.That(english.RowCount, Is.EqualTo(1000));
            for (var row = 0; row < 1000; row++)
                text.Append(english.Values[row]).Append('\t').Append(gujarati.Values[row]).Append('\n');
        }

        Assert.That(Sha256(text.ToString()), Is.EqualTo("046249aa70e38aff063548fd18508453c4930ab381184ee61608f2a4c9e272a6"));
        Assert.That(() => reader.Column("translation"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("2 columns"));
    }

    [Test]
    public void Pyarrow_lists_have_their_nulls()
    {
        using var reader = Open("list_columns");
        var numbers = reader.ReadInt64(0, "int64_list");
        Assert.That(numbers.Offsets, Is.EqualTo(new[] { 0, 3, 5, 6 }));
        Assert.That(numbers.Values, Is.EqualTo(new long[] { 1, 2, 3, 0, 1, 4 }));
        Assert.That(numbers.Present, Is.EqualTo(new[] { true, true, true, false, true, true }));
        Assert.That(numbers.ListPresent, Is.Null);

        var texts = reader.ReadString(0, "utf8_list");
        Assert.That(texts.RowCount, Is.EqualTo(3));
        Assert.That(texts.ListPresent, Is.EqualTo(new[] { true, false, true }));
        Assert.That(texts.Row(0).ToArray(), Is.EqualTo(new[] { "abc", "efg", "hij" }));
        Assert.That(texts.Row(1).Length, Is.Zero);
        Assert.That(texts.Row(2).ToArray(), Is.EqualTo(new[] { "efg", null, "hij", "xyz" }));
    }

    [TestCase("alltypes_dictionary", 0, "01/01/09", 2454833)]
    [TestCase("alltypes_plain.snappy", 6, "04/01/09", 2454923)]
    public void Impala_has_all_basic_types(string file, int firstId, string date, int julianDay)
    {
        using var reader = Open(file);
        Assert.That(reader.ReadInt32(0, "id").Values, Is.EqualTo(new[] { firstId, firstId + 1 }));
        Assert.That(reader.ReadBoolean(0, "bool_col").Values, Is.EqualTo(new[] { true, false }));
        Assert.That(reader.ReadInt32(0, "tinyint_col").Values, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(reader.ReadInt32(0, "int_col").Values, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(reader.ReadInt64(0, "bigint_col").Values, Is.EqualTo(new[] { 0L, 10 }));
        Assert.That(reader.ReadFloat(0, "float_col").Values, Is.EqualTo(new[] { 0f, 1.1f }));
        Assert.That(reader.ReadDouble(0, "double_col").Values, Is.EqualTo(new[] { 0, 10.1 }));
        Assert.That(reader.ReadString(0, "date_string_col").Values, Is.EqualTo(new[] { date, date }));
        Assert.That(reader.ReadByteArray(0, "string_col").Values, Is.EqualTo(new[] { "0"u8.ToArray(), "1"u8.ToArray() }));

        // INT96: nanoseconds of the day, then the Julian day. The rows are midnight and one minute past it.
        var times = reader.ReadInt96(0, "timestamp_col").Values;
        Assert.That(times.Select(time => BitConverter.ToInt64(time, 0)), Is.EqualTo(new[] { 0L, 60_000_000_000 }));
        Assert.That(times.Select(time => BitConverter.ToInt32(time, 8)), Is.All.EqualTo(julianDay));
    }

    [Test]
    public void Parquet_mr_version_2_pages_have_their_encodings()
    {
        using var reader = Open("datapage_v2.snappy");
        Assert.That(reader.ReadString(0, "a").Values, Is.EqualTo(new[] { "abc", "abc", "abc", null, "abc" }));
        Assert.That(reader.ReadString(0, "a").Present, Is.EqualTo(new[] { true, true, true, false, true }));
        Assert.That(reader.ReadInt32(0, "b").Values, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(reader.ReadDouble(0, "c").Values, Is.EqualTo(new double[] { 2, 3, 4, 5, 2 }));
        Assert.That(reader.ReadBoolean(0, "d").Values, Is.EqualTo(new[] { true, true, true, false, true }));
        var lists = reader.ReadInt32(0, "e");
        Assert.That(lists.Values, Is.EqualTo(new[] { 1, 2, 3, 1, 2, 3, 1, 2 }));
        Assert.That(lists.Offsets, Is.EqualTo(new[] { 0, 3, 3, 3, 6, 8 }));
        Assert.That(lists.ListPresent, Is.EqualTo(new[] { true, false, false, true, true }));
    }

    [Test]
    public void Parquet_mr_pages_with_checksums_are_read()
    {
        using var reader = Open("datapage_v1-snappy-compressed-checksum");
        var (a, b) = (reader.ReadInt32(0, "a").Values, reader.ReadInt32(0, "b").Values);
        Assert.That(
            Sha256(string.Concat(a.Zip(b, (left, right) => $"{left},{right}\n"))),
            Is.EqualTo("60fb7d41f477ee556906265b4b696f8f3d2ba0e2260550ef49b3f7ac62e7de1c"));
    }

    [Test]
    public void Parquet_mr_dictionary_of_one_value_is_read()
    {
        using var reader = Open("rle-dict-snappy-checksum");
        var (numbers, texts) = (reader.ReadInt64(0, "long_field").Values, reader.ReadString(0, "binary_field").Values);
        Assert.That(
            Sha256(string.Concat(numbers.Zip(texts, (number, text) => $"{number},{text}\n"))),
            Is.EqualTo("a09ac000af5565a4b8573aafc22b7d0ab42281c1f0c66e6af6add2a86bf0146f"));
    }

    [Test]
    public void Parquet_mr_null_pages_are_read()
    {
        using var reader = Open("int32_with_null_pages");
        var data = reader.ReadInt32(0, "int32_field");
        Assert.That(data.Present!.Count(present => !present), Is.EqualTo(275));
        Assert.That(
            Sha256(string.Concat(data.Values.Zip(data.Present!, (value, present) => $"{(present ? value : "null")}\n"))),
            Is.EqualTo("f9becd1950da8208ce83c5fdfb45084879f74192f32197edf293f70500ff9018"));
    }

    [Test]
    public void Parquet_mr_column_of_nothing_but_nulls_is_read()
    {
        using var reader = Open("nulls.snappy");
        var data = reader.ReadInt32(0, "b_struct.b_c_int");
        Assert.That(data.RowCount, Is.EqualTo(8));
        Assert.That(data.Present, Is.EqualTo(new bool[8]));
    }

    [Test]
    public void A_damaged_page_does_not_match_its_checksum()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(SharedData.File("parquet/datapage_v1-snappy-compressed-checksum.parquet"));
        bytes[200] ^= 1;
        File.WriteAllBytes(folder.File("damaged"), bytes);
        using var reader = ParquetReader.Open(folder.File("damaged"));
        Assert.That(() => reader.ReadInt32(0, "a"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("checksum"));
    }

    private static ParquetReader Open(string name) => ParquetReader.Open(SharedData.File($"parquet/{name}.parquet"));

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
