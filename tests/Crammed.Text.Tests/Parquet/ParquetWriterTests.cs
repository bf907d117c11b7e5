using System.Security.Cryptography;
using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

public class ParquetWriterTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Every_column_type_survives_a_round_trip()
    {
        var path = WriteExample();
        using var reader = ParquetReader.Open(path);
        Assert.That(reader.RowCount, Is.EqualTo(5));
        Assert.That(reader.RowGroupCount, Is.EqualTo(2));
        Assert.That(reader.RowGroupRowCount(1), Is.EqualTo(2));
        Assert.That(reader.KeyValues, Is.EqualTo(new Dictionary<string, string> { ["task"] = "rte", ["ü"] = "" }));
        Assert.That(reader.Columns.Select(column => column.Path), Does.Contain("ids.list.element").And.Contain("text"));
        Assert.That(reader.Columns.Any(column => column.IsNullable), Is.False);
        Assert.That(reader.ReadInt32(0, "i").Values, Is.EqualTo(new[] { 0, int.MinValue, int.MaxValue }));
        Assert.That(reader.ReadInt64(0, "l").Values, Is.EqualTo(new[] { long.MinValue, 0, long.MaxValue }));
        Assert.That(reader.ReadFloat(0, "f").Values, Is.EqualTo(new[] { float.NaN, -0f, float.PositiveInfinity }));
        Assert.That(reader.ReadDouble(0, "d").Values, Is.EqualTo(new[] { double.Epsilon, double.MaxValue, 0.1 }));
        Assert.That(reader.ReadString(0, "text").Values, Is.EqualTo(new[] { "", "नमस्ते", "tab\t\"quote\"" }));
        var ids = reader.ReadInt32(0, "ids");
        Assert.That(ids.Offsets, Is.EqualTo(new[] { 0, 0, 3, 3 }));
        Assert.That(ids.Values, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(ids.ListPresent, Is.Null);
        Assert.That(reader.ReadFloat(1, "floats").Row(1).ToArray(), Is.EqualTo(new[] { 1.5f, 2.5f }));
        Assert.That(reader.ReadDouble(1, "doubles").Values, Is.Empty);
        Assert.That(reader.ReadDouble(1, "doubles").Offsets, Is.EqualTo(new[] { 0, 0, 0 }));
    }

    /// <summary>A change of this hash is a change of the files that are written: intended, or a defect.</summary>
    [Test]
    public void The_same_content_gives_the_same_file()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(WriteExample())));
        Assert.That(hash, Is.EqualTo("0aae993fc6d7cefa3fb6b8a166bd918752344d6199109b47c1e50a5ae3fcedb0"));
    }

    [Test]
    public void Columns_of_many_pages_survive_a_round_trip()
    {
        var random = new Random(11);
        var values = new float[1_000_000];
        foreach (ref var value in values.AsSpan())
            value = random.NextSingle();
        var offsets = new int[2001];
        for (var row = 1; row < 2000; row++)
            offsets[row] = Math.Min(values.Length, offsets[row - 1] + (random.Next(4) == 0 ? 0 : random.Next(1200)));
        offsets[2000] = values.Length;
        var numbers = Enumerable.Range(0, 2000).ToArray();
        var texts = numbers.Select(number => new string((char)('a' + (number % 26)), number)).ToArray();

        var path = _folder.File("pages");
        using (var writer = ParquetWriter.Create(
            path,
            new("numbers", ParquetFieldType.Int32),
            new("values", ParquetFieldType.Float, IsList: true),
            new("texts", ParquetFieldType.String)))
        {
            writer.WriteRowGroup(ColumnData.Of(numbers), ColumnData.OfLists(values, offsets), ColumnData.Of(texts));
            writer.Complete();
        }

        using var reader = ParquetReader.Open(path);
        Assert.That(reader.ReadInt32(0, "numbers").Values.SequenceEqual(numbers));
        Assert.That(reader.ReadString(0, "texts").Values.SequenceEqual(texts));
        var lists = reader.ReadFloat(0, "values");
        Assert.That(lists.Offsets.AsSpan().SequenceEqual(offsets));
        Assert.That(lists.Values.AsSpan().SequenceEqual(values));
    }

    [Test]
    public void Lists_of_any_lengths_survive_a_round_trip()
    {
        var random = new Random(12);
        for (var trial = 0; trial < 60; trial++)
        {
            var offsets = new int[random.Next(2, 60)];
            for (var row = 1; row < offsets.Length; row++)
                offsets[row] = offsets[row - 1] + (random.Next(3) == 0 ? 0 : random.Next(trial + 1));
            var values = Enumerable.Range(0, offsets[^1]).Select(_ => random.NextInt64()).ToArray();
            var path = _folder.File("lists");
            using (var writer = ParquetWriter.Create(path, new ParquetField("lists", ParquetFieldType.Int64, IsList: true)))
            {
                writer.WriteRowGroup(ColumnData.OfLists(values, offsets));
                writer.Complete();
            }

            using var reader = ParquetReader.Open(path);
            Assert.That(reader.ReadInt64(0, "lists").Offsets, Is.EqualTo(offsets));
            Assert.That(reader.ReadInt64(0, "lists").Values, Is.EqualTo(values));
        }
    }

    [Test]
    public void A_file_without_rows_is_valid()
    {
        var path = _folder.File("empty");
        using (var writer = ParquetWriter.Create(path, new ParquetField("a", ParquetFieldType.Int32)))
            writer.Complete();
        using var reader = ParquetReader.Open(path);
        Assert.That((reader.RowCount, reader.RowGroupCount, reader.Columns.Count), Is.EqualTo((0L, 0, 1)));
    }

    [Test]
    public void An_unfinished_file_leaves_nothing()
    {
        using (var writer = ParquetWriter.Create(_folder.File("unfinished"), new ParquetField("a", ParquetFieldType.Int32)))
            writer.WriteRowGroup(ColumnData.Of(new[] { 1 }));
        Assert.That(_folder.Names(), Is.Empty);
    }

    [Test]
    public void Wrong_arguments_are_refused()
    {
        var path = _folder.File("wrong");
        Assert.That(() => ParquetWriter.Create(path), Throws.ArgumentException);
        Assert.That(
            () => ParquetWriter.Create(path, new("a", ParquetFieldType.Int32), new("a", ParquetFieldType.Float)), Throws.ArgumentException);
        using var writer = ParquetWriter.Create(path, new("a", ParquetFieldType.Int32), new("t", ParquetFieldType.String));
        var (one, text) = (ColumnData.Of(new[] { 1 }), ColumnData.Of(new[] { "x" }));
        Assert.That(() => writer.WriteRowGroup(one), Throws.ArgumentException.With.Message.Contains("1 columns"));
        Assert.That(() => writer.WriteRowGroup(text, text), Throws.ArgumentException.With.Message.Contains("'a' was declared"));
        Assert.That(
            () => writer.WriteRowGroup(ColumnData.Of(new[] { 1, 2 }), text), Throws.ArgumentException.With.Message.Contains("rows"));
        Assert.That(() => writer.WriteRowGroup(ColumnData.OfLists([1], [0, 1]), text), Throws.ArgumentException);
        Assert.That(() => writer.WriteRowGroup(one, ColumnData.Of(new string[1])), Throws.ArgumentException.With.Message.Contains("nulls"));
        Assert.That(() => writer.WriteRowGroup(one, ColumnData.Of(new[] { "\ud800" })), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ColumnData.OfLists([1], [0, 2]), Throws.ArgumentException);
        Assert.That(() => ColumnData.OfLists([1, 2], [0, 2, 1, 2]), Throws.ArgumentException);
        writer.AddKeyValue("k", "v");
        Assert.That(() => writer.AddKeyValue("k", "w"), Throws.ArgumentException);

        // None of the refused calls has left a trace.
        writer.WriteRowGroup(one, text);
        writer.Complete();
        Assert.That(writer.Complete, Throws.TypeOf<ObjectDisposedException>());
        using var reader = ParquetReader.Open(path);
        Assert.That(reader.RowCount, Is.EqualTo(1));
        Assert.That(reader.ReadString(0, "t").Values, Is.EqualTo(new[] { "x" }));
    }

    private string WriteExample()
    {
        var path = _folder.File("example");
        using var writer = ParquetWriter.Create(
            path,
            new("i", ParquetFieldType.Int32),
            new("l", ParquetFieldType.Int64),
            new("f", ParquetFieldType.Float),
            new("d", ParquetFieldType.Double),
            new("text", ParquetFieldType.String),
            new("ids", ParquetFieldType.Int32, IsList: true),
            new("floats", ParquetFieldType.Float, IsList: true),
            new("doubles", ParquetFieldType.Double, IsList: true));
        writer.AddKeyValue("task", "rte");
        writer.AddKeyValue("ü", "");
        writer.WriteRowGroup(
            ColumnData.Of(new[] { 0, int.MinValue, int.MaxValue }),
            ColumnData.Of(new[] { long.MinValue, 0, long.MaxValue }),
            ColumnData.Of(new[] { float.NaN, -0f, float.PositiveInfinity }),
            ColumnData.Of(new[] { double.Epsilon, double.MaxValue, 0.1 }),
            ColumnData.Of(new[] { "", "नमस्ते", "tab\t\"quote\"" }),
            ColumnData.OfLists([1, 2, 3], [0, 0, 3, 3]),
            ColumnData.OfLists([0.5f], [0, 1, 1, 1]),
            ColumnData.OfLists([1.0, 2.0], [0, 1, 1, 2]));
        writer.WriteRowGroup(
            ColumnData.Of(new[] { 3, 4 }),
            ColumnData.Of(new[] { 3L, 4 }),
            ColumnData.Of(new[] { 3f, 4 }),
            ColumnData.Of(new[] { 3.0, 4 }),
            ColumnData.Of(new[] { "three", "four" }),
            ColumnData.OfLists(Enumerable.Range(0, 100).ToArray(), [0, 99, 100]),
            ColumnData.OfLists([0.5f, 1.5f, 2.5f], [0, 1, 3]),
            ColumnData.OfLists(Array.Empty<double>(), [0, 0, 0]));
        writer.Complete();
        return path;
    }
}
