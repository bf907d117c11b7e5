using System.Security.Cryptography;
using System.Text;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>
/// Files written by pyarrow, parquet-mr, impala, Arrow C++ and DuckDB. Values come from the text they were made of, from parquet-testing's
/// own description, or, where a SHA-256 stands, from the same columns read with hyparquet 1.31 and joined the same way.
/// </summary>
public class ForeignFileTests
{
    /// <summary>What the files of findings/inputs hold, as Arrow C++ and hyparquet read them.</summary>
    private static readonly string[] Plain =
    [
        "good film\t1", "bad film\t0", "the \"good\" film\t1", "naïve café\t0", "US us\t1", "great fun\t1", "dull , poor\t0",
        "a film of the us\t0",
    ];

    private static readonly string[] Odd =
    [
        "good film\t1", "bad film\t0", "\t0", "naïve café — 😀\t1", "good good\t1", "bad\t0", "film of films\t0", "a\tb\nc\t1",
    ];

    [Test]
    public void Pyarrow_sentences_equal_the_tab_separated_original()
    {
        using var file = Open("sst2-validation");
        var original = File.ReadAllLines(SharedData.File("glue/sst2/dev.tsv")).Skip(1).ToArray();
        Assert.That(file.RowCount, Is.EqualTo(872));
        Assert.That(file.Columns, Is.EqualTo(new[] { "sentence", "label", "idx" }));
        Assert.That(Lines(file, "sentence", "label"), Is.EqualTo(original));
        Assert.That(Lines(file, "idx"), Is.EqualTo(Enumerable.Range(0, 872).Select(row => $"{row}")));
    }

    [Test]
    public void Pyarrow_structure_is_read_as_its_members()
    {
        using var file = Open("opus100-en-gu-validation");
        Assert.That(file.Columns, Is.EqualTo(new[] { "translation.en", "translation.gu" }));
        Assert.That(file.RowCount, Is.EqualTo(2000));
        Assert.That(
            Sha256(Lines(file, "translation.en", "translation.gu")),
            Is.EqualTo("046249aa70e38aff063548fd18508453c4930ab381184ee61608f2a4c9e272a6"));
        Assert.That(() => file.Rows(["translation"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("2 columns are named"));
    }

    [Test]
    public void Pyarrow_lists_are_refused()
    {
        using var file = Open("list_columns");
        Assert.That(file.Columns, Is.Empty);
        foreach (var column in new[] { "int64_list", "utf8_list" })
        {
            Assert.That(() => file.Rows([column]), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"{Path("list_columns")}: column '{column}' holds lists; expected one value a row."));
        }
    }

    [TestCase("alltypes_dictionary", 0, "01/01/09")]
    [TestCase("alltypes_plain.snappy", 6, "04/01/09")]
    public void Impala_has_all_basic_types(string name, int firstId, string date)
    {
        using var file = Open(name);
        string[] columns =
            ["id", "bool_col", "tinyint_col", "int_col", "bigint_col", "float_col", "double_col", "date_string_col", "string_col"];
        Assert.That(Lines(file, columns), Is.EqualTo(new[]
        {
            $"{firstId}\ttrue\t0\t0\t0\t0\t0\t{date}\t0", $"{firstId + 1}\tfalse\t1\t1\t10\t1.1\t10.1\t{date}\t1",
        }));
        Assert.That(
            () => file.Rows(["timestamp_col"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 'timestamp_col' has type TIMESTAMP"));
    }

    [Test]
    public void Parquet_mr_version_2_pages_have_their_encodings()
    {
        using var file = Open("datapage_v2.snappy");
        Assert.That(Lines(file, "a", "b", "c", "d"), Is.EqualTo(new[]
        {
            "abc\t1\t2\ttrue", "abc\t2\t3\ttrue", "abc\t3\t4\ttrue", "null\t4\t5\tfalse", "abc\t5\t2\ttrue",
        }));
        Assert.That(() => file.Rows(["e"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 'e' holds lists"));
    }

    [Test]
    public void Parquet_mr_pages_with_checksums_are_read()
    {
        using var file = Open("datapage_v1-snappy-compressed-checksum");
        Assert.That(
            Sha256(Lines(file, "a", "b").Select(line => line.Replace('\t', ','))),
            Is.EqualTo("60fb7d41f477ee556906265b4b696f8f3d2ba0e2260550ef49b3f7ac62e7de1c"));
    }

    [Test]
    public void Parquet_mr_dictionary_of_one_value_is_read()
    {
        using var file = Open("rle-dict-snappy-checksum");
        Assert.That(
            Sha256(Lines(file, "long_field", "binary_field").Select(line => line.Replace('\t', ','))),
            Is.EqualTo("a09ac000af5565a4b8573aafc22b7d0ab42281c1f0c66e6af6add2a86bf0146f"));
    }

    [Test]
    public void Parquet_mr_null_pages_are_read()
    {
        using var file = Open("int32_with_null_pages");
        var lines = Lines(file, "int32_field");
        Assert.That(lines.Count(line => line == "null"), Is.EqualTo(275));
        Assert.That(Sha256(lines), Is.EqualTo("f9becd1950da8208ce83c5fdfb45084879f74192f32197edf293f70500ff9018"));
    }

    [Test]
    public void Parquet_mr_column_of_nothing_but_nulls_is_read([Values("b_struct.b_c_int", "b_struct")] string column)
    {
        using var file = Open("nulls.snappy");
        Assert.That(Lines(file, column), Is.EqualTo(Enumerable.Repeat("null", 8)));
    }

    [TestCase("08-parquet-empty-row-group/glue-f-arrow-empty-group", true)]
    [TestCase("09-parquet-v2-counts/glue-pq-v2-nulls-minus-one", false)]
    [TestCase("15-parquet-forms/glue-f-arrow-gzip", true)]
    [TestCase("15-parquet-forms/glue-f-arrow-zstd", true)]
    [TestCase("15-parquet-forms/glue-f-arrow-delta-length", true)]
    [TestCase("15-parquet-forms/glue-f-duck-v2", true)]
    [TestCase("15-parquet-forms/glue-f-duck-zstd", true)]
    [TestCase("16-decimal-by-duckdb/glue-f-duck-decimal", true)]
    public void Every_form_has_the_same_rows(string folder, bool isOdd)
    {
        using var file = ForeignParquet.Open(SharedData.File($"../findings/inputs/{folder}/sst2/dev.parquet"));
        Assert.That(Lines(file, "sentence", "label"), Is.EqualTo(isOdd ? Odd : Plain));
    }

    [Test]
    public void A_last_run_of_dictionary_indices_may_be_short([Values("full", "truncated")] string form)
    {
        using var file = ForeignParquet.Open(
            SharedData.File($"../findings/inputs/10-parquet-short-last-run/glue-pq-dict-{form}/sst2/dev.parquet"));
        Assert.That(Lines(file, "sentence", "label"), Is.EqualTo(Plain.Concat(Plain[..3])));
    }

    [Test]
    public void Decimals_are_read_as_they_are_written()
    {
        using var file = ForeignParquet.Open(
            SharedData.File("../findings/inputs/07-parquet-decimal/glue-pq-decimal-score/stsb/dev.parquet"));
        Assert.That(Lines(file, "score"), Is.EqualTo("0.1 0.2 0.3 0.4 0.5 0 0.2 0.4".Split(' ')));
    }

    private static string Path(string name) => SharedData.File($"parquet/{name}.parquet");

    private static ForeignParquet Open(string name) => ForeignParquet.Open(Path(name));

    private static List<string> Lines(ForeignParquet file, params string[] columns) =>
        [.. file.Rows(columns).Select(row => string.Join('\t', row.Select(text => text ?? "null")))];

    private static string Sha256(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n')))));
}
