using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Crammed.Tables.Tests;

/// <summary>
/// A folder that we write, as hyparquet read it: oracle/written.json, written by oracle/read-written.mjs. The files' own hashes show that
/// they are still the ones that were read; set CRAMMED_KEEP_WRITTEN to a folder that is not there to get them for another reading.
/// </summary>
public class IndependentReaderTests
{
    private const int Parts = 3, RowsInPart = 3000;

    [Test]
    public void An_independent_reader_finds_what_was_written()
    {
        using TemporaryFolder temporary = new();
        var folder = Environment.GetEnvironmentVariable("CRAMMED_KEEP_WRITTEN") ?? temporary.Combine("written");
        var rows = Write(folder);
        var found = JsonDocument.Parse(File.ReadAllText(OraclePath())).RootElement;
        var hashes = found.GetProperty("parts").EnumerateArray().Select(hash => hash.GetString());
        Assert.That(
            Enumerable.Range(0, Parts).Select(part => Sha256(File.ReadAllBytes(Path.Combine(folder, $"part-0000{part}.parquet")))),
            Is.EqualTo(hashes),
            "other files than were read");
        Assert.That(found.GetProperty("rows").GetInt32(), Is.EqualTo(Parts * RowsInPart));
        Assert.That(found.GetProperty("description").GetProperty("clé").GetString(), Is.EqualTo("Wert"));
        Assert.That(found.GetProperty("rowsSha256").GetString(), Is.EqualTo(Sha256(Encoding.UTF8.GetBytes(rows))));
    }

    /// <summary>Lists, texts of several scripts, numbers with exact decimals; more than one page a column.</summary>
    /// <returns>The rows as the script prints them.</returns>
    private static string Write(string folder)
    {
        using var writer = PartFolderWriter<Dictionary<string, string>>.Create(
            folder, new PartFormat("test", 1, IsCompressed: false), new() { ["clé"] = "Wert" });
        StringBuilder rows = new();
        uint state = 1;
        for (var part = 0; part < Parts; part++)
        {
            List<ReadOnlyMemory<int>> ids = [];
            var (texts, numbers, large) = (new string[RowsInPart], new double[RowsInPart], new long[RowsInPart]);
            for (var row = 0; row < RowsInPart; row++)
            {
                var list = new int[1 + Next(250)];
                foreach (ref var id in list.AsSpan())
                    id = Next(30_522);
                ids.Add(list);
                texts[row] = string.Concat(Enumerable.Repeat("añ日😀 ", Next(9)));
                numbers[row] = (Next(4096) - 2048) / 8.0;
                large[row] = (long)Next(65536) << 45;
                rows.Append(CultureInfo.InvariantCulture, $"{string.Join(' ', list)}\t{texts[row]}\t{numbers[row]}\t{large[row]}\n");
            }
            writer.Add(TableColumn.OfLists("input_ids", ids), new("text", texts), new("number", numbers), new("large", large));
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

    private static string OraclePath([CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "oracle", "written.json");
}
