using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>
/// A file that we write, as hyparquet read it: oracle/written.json, written by oracle/read-written.mjs. The file's own hash shows that it
/// is still the one that was read; set CRAMMED_KEEP_WRITTEN to a path to get it for another reading.
/// </summary>
public class IndependentReaderTests
{
    private const int RowGroups = 3, RowsInGroup = 3000;

    [Test]
    public void An_independent_reader_finds_what_was_written()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("written.parquet");
        string rows = Write(path);
        if (Environment.GetEnvironmentVariable("CRAMMED_KEEP_WRITTEN") is { } kept)
            File.Copy(path, kept, overwrite: true);
        string oracle = Path.Combine(SharedFolders.Tests, "Parquet", "oracle", "written.json");
        JsonElement found = JsonDocument.Parse(File.ReadAllText(oracle)).RootElement;
        string? fileSha256 = found.GetProperty("fileSha256").GetString();
        Assert.That(Sha256(File.ReadAllBytes(path)), Is.EqualTo(fileSha256), "another file than was read");
        Assert.That(found.GetProperty("rows").GetInt32(), Is.EqualTo(RowGroups * RowsInGroup));
        Assert.That(found.GetProperty("rowGroups").GetInt32(), Is.EqualTo(RowGroups));
        Assert.That(found.GetProperty("keyValues").GetProperty("clé").GetString(), Is.EqualTo("Wert"));
        Assert.That(found.GetProperty("rowsSha256").GetString(), Is.EqualTo(Sha256(Encoding.UTF8.GetBytes(rows))));
    }

    /// <summary>
    /// Lists with empty ones among them, texts of several scripts, numbers with exact decimals; more than one page a column.
    /// </summary>
    /// <returns>The rows as the script prints them.</returns>
    private static string Write(string path)
    {
        using ParquetWriter writer = ParquetWriter.Create(
            path,
            new ParquetField("input_ids", ParquetFieldType.Int32, IsList: true),
            new ParquetField("text", ParquetFieldType.String),
            new ParquetField("number", ParquetFieldType.Double),
            new ParquetField("large", ParquetFieldType.Int64));
        writer.AddKeyValue("clé", "Wert");
        StringBuilder rows = new();
        uint state = 1;
        for (int group = 0; group < RowGroups; group++)
        {
            List<int> ids = [], offsets = [0];
            (string[] texts, double[] numbers, long[] large) = (new string[RowsInGroup], new double[RowsInGroup], new long[RowsInGroup]);
            for (int row = 0; row < RowsInGroup; row++)
            {
                int[] list = new int[Next(250)];
                foreach (ref int id in list.AsSpan())
                    id = Next(30_522);
                ids.AddRange(list);
                offsets.Add(ids.Count);
                texts[row] = string.Concat(Enumerable.Repeat("añ日😀 ", Next(9)));
                numbers[row] = (Next(4096) - 2048) / 8.0;
                large[row] = (long)Next(65536) << 45;
                rows.Append(CultureInfo.InvariantCulture, $"{string.Join(' ', list)}\t{texts[row]}\t{numbers[row]}\t{large[row]}\n");
            }
            writer.WriteRowGroup(
                ColumnData.OfLists<int>([.. ids], [.. offsets]), ColumnData.Of(texts), ColumnData.Of(numbers), ColumnData.Of(large));
        }
        writer.Complete();
        return rows.ToString();

        int Next(int bound)
        {
            state = unchecked((state * 1664525) + 1013904223);
            return (int)(state >> 16) % bound;
        }
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
