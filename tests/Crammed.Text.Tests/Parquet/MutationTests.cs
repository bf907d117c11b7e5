using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>
/// Files with some bytes changed are read or refused; they never fail otherwise, and never take memory out of proportion.
/// </summary>
public class MutationTests
{
    // What the text of an error, an empty reader and first calls may take, and how much a byte of a file may expand to: Snappy makes up
    // to 22 bytes of one, and an object of up to 40 bytes stands for an empty text of 4.
    private const long FreeBytes = 2 << 20;
    private const long BytesPerByte = 22 * 10;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("alltypes_dictionary", 1500)]
    [TestCase("datapage_v2.snappy", 1500)]
    [TestCase("list_columns", 1500)]
    [TestCase("rle-dict-snappy-checksum", 800)]
    [TestCase("int32_with_null_pages", 800)]
    [TestCase("nulls.snappy", 800)]
    public void Foreign_files(string name, int trials) =>
        CheckMutations(File.ReadAllBytes(SharedData.File($"parquet/{name}.parquet")), trials);

    [Test]
    public void Own_files()
    {
        var path = _folder.File("own");
        using (var writer = ParquetWriter.Create(
            path,
            new("ids", ParquetFieldType.Int32, IsList: true),
            new("label", ParquetFieldType.Double),
            new("text", ParquetFieldType.String)))
        {
            for (var group = 0; group < 2; group++)
            {
                writer.WriteRowGroup(
                    ColumnData.OfLists(Enumerable.Range(0, 50).ToArray(), [0, 20, 20, 50]),
                    ColumnData.Of(new[] { 0.0, 1, 2 }),
                    ColumnData.Of(new[] { "a", "bb", "" }));
            }

            writer.Complete();
        }

        CheckMutations(File.ReadAllBytes(path), 3000);
    }

    private void CheckMutations(byte[] sound, int trials)
    {
        Assert.That(IsRefused(sound), Is.False);
        var random = new Random(20241005);
        var refused = 0;
        for (var trial = 0; trial < trials; trial++)
            refused += IsRefused(Mutate(sound, random)) ? 1 : 0;
        Assert.That(refused, Is.InRange(trials / 10, trials - 1));
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        var bytes = (byte[])sound.Clone();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var position = random.Next(bytes.Length);
            bytes[position] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[position] ^ (1 << random.Next(8))),
                2 => (byte)(bytes[position] + random.Next(-2, 3)),
                _ => bytes[random.Next(bytes.Length)],
            };
        }

        return bytes;
    }

    private bool IsRefused(byte[] bytes)
    {
        var path = _folder.File("mutated");
        File.WriteAllBytes(path, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var reader = ParquetReader.Open(path);
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                foreach (var column in reader.Columns)
                    ReadColumn(reader, group, column);
            }

            return false;
        }
        catch (InvalidDataException error)
        {
            Assert.That(error.Message, Does.StartWith(path));
            return true;
        }
        finally
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(FreeBytes + (BytesPerByte * bytes.Length)));
        }
    }

    private static ColumnData ReadColumn(ParquetReader reader, int group, ParquetColumn column) => column.Type switch
    {
        ParquetPhysicalType.Boolean => reader.ReadBoolean(group, column.Path),
        ParquetPhysicalType.Int32 => reader.ReadInt32(group, column.Path),
        ParquetPhysicalType.Int64 => reader.ReadInt64(group, column.Path),
        ParquetPhysicalType.Int96 => reader.ReadInt96(group, column.Path),
        ParquetPhysicalType.Float => reader.ReadFloat(group, column.Path),
        ParquetPhysicalType.Double => reader.ReadDouble(group, column.Path),
        _ => reader.ReadString(group, column.Path),
    };
}
