using System.Security.Cryptography;

namespace Crammed.Tables.Tests;

public class TableTests
{
    private static readonly TableColumn[] Example =
    [
        new("i", new[] { 0, int.MinValue, int.MaxValue }),
        new("l", new[] { long.MinValue, 0, long.MaxValue }),
        new("f", new[] { float.NaN, -0f, float.PositiveInfinity }),
        new("d", new[] { double.Epsilon, double.MaxValue, 0.1 }),
        new("text", new[] { "", "नमस्ते", "tab\t\"quote\"" }),
        new("ids", new[] { 1, 2, 3, 4 }, [0, 1, 3, 4]),
        new("longs", new[] { 1L, 2, 3 }, [0, 1, 2, 3]),
        new("floats", new[] { 0.5f, 1.5f, 2.5f }, [0, 1, 2, 3]),
        new("doubles", new[] { 1.0, 2.0, double.NegativeInfinity, 3.0 }, [0, 2, 3, 4]),
    ];

    [Test]
    public void Every_column_type_survives_a_round_trip([Values] bool compress)
    {
        var table = Table.Parse(Table.ToParquet(Example, compress), "t");
        Assert.That((table.Rows, string.Join(' ', table.Names)), Is.EqualTo((3, "i l f d text ids longs floats doubles")));
        Assert.That(table.Values<int>("i"), Is.EqualTo(Example[0].Values));
        Assert.That(table.Values<long>("l"), Is.EqualTo(Example[1].Values));
        // By bits, since -0 equals 0.
        Assert.That(table.Values<float>("f").Select(BitConverter.SingleToInt32Bits), Is.EqualTo(
            ((float[])Example[2].Values).Select(BitConverter.SingleToInt32Bits)));
        Assert.That(table.Values<double>("d"), Is.EqualTo(Example[3].Values));
        Assert.That(table.Values<string>("text"), Is.EqualTo(Example[4].Values));
        Assert.That(table.Lists<int>("ids").Select(list => list.ToArray()), Is.EqualTo(new int[][] { [1], [2, 3], [4] }));
        Assert.That(table.Lists<long>("longs").Select(list => list.ToArray()), Is.EqualTo(new long[][] { [1], [2], [3] }));
        Assert.That(table.Lists<float>("floats")[1].ToArray(), Is.EqualTo(new[] { 1.5f }));
        Assert.That(table.Lists<double>("doubles")[0].ToArray(), Is.EqualTo(new[] { 1.0, 2.0 }));
    }

    /// <summary>A change of this hash is a change of the files that are written: intended, or a defect.</summary>
    [Test]
    public void The_same_content_gives_the_same_file()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Table.ToParquet(Example, compress: false)));
        Assert.That(hash, Is.EqualTo("b19243bf35de3a0d9300ce3783f901295e07e1c206cef7e6acdaa5351c3fd4cb"));
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
            offsets[row] = offsets[row - 1] + random.Next(1, 480);
        offsets[2000] = values.Length;
        var numbers = Enumerable.Range(0, 2000).ToArray();
        var texts = numbers.Select(number => new string((char)('a' + (number % 26)), number)).ToArray();
        var table = Table.Parse(
            Table.ToParquet([new("numbers", numbers), new("values", values, offsets), new("texts", texts)], compress: true), "t");
        Assert.That(table.Values<int>("numbers").SequenceEqual(numbers));
        Assert.That(table.Values<string>("texts").SequenceEqual(texts));
        var lists = table.Lists<float>("values");
        for (var row = 0; row < 2000; row++)
            Assert.That(lists[row].Span.SequenceEqual(values.AsSpan(offsets[row]..offsets[row + 1])), $"{row}");
    }

    [Test]
    public void Lists_of_any_lengths_survive_a_round_trip()
    {
        var random = new Random(12);
        for (var trial = 0; trial < 60; trial++)
        {
            var lists = Enumerable.Range(0, random.Next(1, 60))
                .Select(_ => Enumerable.Range(0, random.Next(1, trial + 2)).Select(_ => random.NextInt64()).ToArray()).ToArray();
            var column = TableColumn.OfLists("lists", Array.ConvertAll(lists, list => (ReadOnlyMemory<long>)list));
            var table = Table.Parse(Table.ToParquet([column], compress: trial % 2 == 0), "t");
            Assert.That(table.Lists<long>("lists").Select(list => list.ToArray()), Is.EqualTo(lists));
        }
    }

    [Test]
    public void A_file_without_rows_is_valid()
    {
        var table = Table.Parse(Table.ToParquet([new("a", Array.Empty<int>()), new("t", Array.Empty<string>())], compress: true), "t");
        Assert.That((table.Rows, table.Values<int>("a").Length, table.Values<string>("t").Length), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void A_table_is_written_whole()
    {
        using var folder = new TemporaryFolder();
        Table.Write(folder.Combine("t"), Example);
        Assert.That(folder.Names(), Is.EqualTo(new[] { "t" }));
        Assert.That(Table.Parse(File.ReadAllBytes(folder.Combine("t")), "t").Rows, Is.EqualTo(3));
    }

    [Test]
    public void Wrong_arguments_are_refused() => Assert.Multiple(() =>
    {
        var (one, text) = (new TableColumn("a", new[] { 1 }), new TableColumn("t", new[] { "x" }));
        TableColumn[][] wrong =
        [
            [], [one, one], [one, text with { Values = new[] { "x", "y" } }], [one with { Values = new[] { 1m } }],
            [one with { Offsets = [0, 1, 1] }, text], [text with { Offsets = [0, 1] }],
        ];
        foreach (var columns in wrong)
            Assert.That(() => Table.ToParquet(columns, compress: false), Throws.ArgumentException);
        Assert.That(
            () => TableColumn.OfLists<int>("l", [new[] { 1 }, ReadOnlyMemory<int>.Empty]),
            Throws.ArgumentException.With.Message.StartsWith("Row 1 of l is empty"));
    });

    [Test]
    public void Columns_are_asked_for_by_name_and_type() => Assert.Multiple(() =>
    {
        var table = Table.Parse(Table.ToParquet(Example, compress: false), "t");
        Assert.That(() => table.Values<int>("x"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "t: there is no column 'x' of Int32."));
        Assert.That(() => table.Values<long>("i"), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => table.Values<int>("ids"), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => table.Lists<int>("i"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("of lists of Int32"));
        Assert.That(
            () => Table.Parse([1, 2, 3], "garbage"),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("garbage: is not a Parquet file that this program wrote"));
    });
}
