using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>
/// Files with some bytes changed are read or refused, in one way; they never hang, and never take memory out of proportion.
/// </summary>
public class MutationTests : FolderTests
{
    private const long MemoryLimit = 512 << 20;

    [TestCase("alltypes_dictionary")]
    [TestCase("datapage_v2.snappy")]
    [TestCase("rle-dict-snappy-checksum")]
    [TestCase("int32_with_null_pages")]
    [TestCase("nulls.snappy")]
    [CancelAfter(300_000)]
    public void Foreign_files(string name) => CheckMutations(File.ReadAllBytes(SharedData.File($"parquet/{name}.parquet")), 60, name);

    [Test, CancelAfter(300_000)]
    public void Files_of_this_test([Values("snappy", "zstd", "gzip")] string codec) => CheckMutations(
        File.ReadAllBytes(ParquetFiles.Write(
            Folder.Combine("sound"),
            "SELECT i AS n, 'text ' || i AS t, i / 7 AS d, i::DECIMAL(9, 2) AS e, {'a': i % 3} AS s FROM range(500) AS t(i)",
            $"CODEC {codec}")),
        40,
        codec);

    private void CheckMutations(byte[] sound, int trials, string name)
    {
        Assert.That(IsRefused(sound), Is.False);
        var random = new Random(20241005);
        var refused = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var reading = Task.Run(() => IsRefused(Mutation.Of(sound, random)));
            Assert.That(reading.Wait(TimeSpan.FromSeconds(30)), $"trial {trial} of {name} hangs");
            refused += reading.Result ? 1 : 0;
        }

        Assert.That(refused, Is.InRange(trials / 10, trials - 1));
    }

    private bool IsRefused(byte[] bytes)
    {
        var path = Folder.Combine("mutated");
        File.WriteAllBytes(path, bytes);
        var before = Environment.WorkingSet;
        try
        {
            using var file = ForeignParquet.Open(path);
            string[] columns = [.. file.Columns.Where(column => column != "timestamp_col")];
            if (columns.Length > 0)
                Assert.That(file.Rows(columns).Count(), Is.EqualTo(file.RowCount));
            return false;
        }
        catch (InvalidDataException error)
        {
            Assert.That(error.Message, Does.StartWith(path).And.Not.Contain("\n"));
            return true;
        }
        finally
        {
            Assert.That(Environment.WorkingSet - before, Is.LessThan(MemoryLimit));
        }
    }
}
