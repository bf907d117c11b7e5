using System.Security.Cryptography;
using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

public class ExportedTaskTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly ExportedTaskDescription Small = new("rte", TaskSplit.Dev, 4, 2, ["entailment", "not_entailment"], Hash, Hash);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Examples_survive_a_round_trip_over_row_groups()
    {
        // 128 x 256 floats are 128 KiB, so a row group of 32 MiB holds 253 examples.
        var description = new ExportedTaskDescription("stsb", TaskSplit.Train, 128, 256, [], Hash, Hash);
        var path = Write(description, Enumerable.Range(0, 300).Select(index => Example(description, index)));
        using var parquet = ParquetReader.Open(path);
        Assert.That(parquet.RowGroupCount, Is.EqualTo(2));

        using var reader = ExportedTaskReader.Open(path);
        Assert.That(reader.Count, Is.EqualTo(300));
        AssertSame(reader.Description, description);
        var count = 0;
        foreach (var example in reader.Examples())
        {
            var expected = Example(description, count++);
            Assert.That(example.Index, Is.EqualTo(expected.Index));
            Assert.That(example.Label, Is.EqualTo(expected.Label));
            Assert.That(example.InputIds, Is.EqualTo(expected.InputIds));
            Assert.That(example.TokenTypeIds, Is.EqualTo(expected.TokenTypeIds));
            Assert.That(example.AttentionMask, Is.EqualTo(expected.AttentionMask));
            Assert.That(example.Embedding.AsSpan().SequenceEqual(expected.Embedding));
        }

        Assert.That(count, Is.EqualTo(300));
    }

    [Test]
    public void Embeddings_may_be_absent()
    {
        var description = Small with { Hidden = 0, ModelSha256 = "", LabelNames = ["a \"quoted\" näme", "b"] };
        var path = Write(description, [Example(description, 0), Example(description, 1)]);
        using var reader = ExportedTaskReader.Open(path);
        AssertSame(reader.Description, description);
        Assert.That(reader.Examples().Select(example => example.Embedding), Is.EqualTo(new float[]?[] { null, null }));
        Assert.That(reader.Examples().Select(example => example.Label), Is.EqualTo(new[] { 0.0, 1 }));
    }

    /// <summary>A change of this hash is a change of the format: its version must go up.</summary>
    [Test]
    public void The_same_examples_give_the_same_file()
    {
        var path = Write(Small, [Example(Small, 0), Example(Small, 1)]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        Assert.That(hash, Is.EqualTo("ce94cc085c043fefb5dfa74f74fb1b74416ee49e6d7f622730b813338d1e2e06"));
    }

    [Test]
    public void An_unfinished_export_leaves_nothing()
    {
        using (var writer = ExportedTaskWriter.Create(_folder.File("unfinished"), Small))
            writer.Add(Example(Small, 0));
        Assert.That(_folder.Names(), Is.Empty);
    }

    private static IEnumerable<TestCaseData> WrongExamples()
    {
        var right = Example(Small, 0);
        yield return new(right with { Index = -1 }, "index is -1");
        yield return new(right with { InputIds = [1, 2, 3] }, "input_ids has 3 values, where 4 are needed");
        yield return new(right with { InputIds = [1, 2, -3, 4] }, "input_ids[2] is -3");
        yield return new(right with { TokenTypeIds = [0, 1] }, "token_type_ids has 2 values, where 4 are needed");
        yield return new(right with { TokenTypeIds = [0, 1, 2, 0] }, "token_type_ids[2] is 2, where 0 or 1 is needed");
        yield return new(right with { AttentionMask = [1, 1, 1, 1, 0] }, "attention_mask has 5 values, where 4 are needed");
        yield return new(right with { AttentionMask = [1, 2, 0, 0] }, "attention_mask[1] is 2, where 0 or 1 is needed");
        yield return new(right with { Label = 2 }, "label is 2, where a whole number from 0 to 1 is needed");
        yield return new(right with { Label = 0.5 }, "label is 0.5");
        yield return new(right with { Label = -1 }, "label is -1");
        yield return new(right with { Label = double.NaN }, "label is NaN");
        yield return new(right with { Embedding = new float[7] }, "embedding has 7 values, where 8 are needed");
        yield return new(right with { Embedding = [0, 0, 0, float.NaN, 0, 0, 0, 0] }, "embedding[3] is NaN");
    }

    [TestCaseSource(nameof(WrongExamples))]
    public void A_wrong_example_is_not_written(ExportedExample example, string problem)
    {
        using var writer = ExportedTaskWriter.Create(_folder.File("file"), Small);
        Assert.That(() => writer.Add(example), Throws.ArgumentException.With.Message.Contains(problem));
    }

    [TestCaseSource(nameof(WrongExamples))]
    public void A_wrong_example_is_not_read(ExportedExample example, string problem)
    {
        var path = WriteUnchecked(ExportedTaskFormat.KeyValues(Small), [Example(Small, 0), example]);
        using var reader = ExportedTaskReader.Open(path);
        Assert.That(
            () => reader.Examples().Count(),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{path}: row 1: ").And.Message.Contains(problem));
    }

    [Test]
    public void Scores_may_be_any_finite_number()
    {
        var description = Small with { LabelNames = [] };
        using var writer = ExportedTaskWriter.Create(_folder.File("file"), description);
        writer.Add(Example(description, 0) with { Label = -3.25 });
        Assert.That(
            () => writer.Add(Example(description, 0) with { Label = double.PositiveInfinity }),
            Throws.ArgumentException.With.Message.Contains("finite"));
    }

    [TestCase("format", "other", "format is 'other'")]
    [TestCase("format", null, "format is ''")]
    [TestCase("format_version", "1", "format_version is 1")]
    [TestCase("task", null, "no task")]
    [TestCase("split", "test", "split is 'test', where train or dev is needed")]
    [TestCase("sequence_length", "0", "sequence_length is 0")]
    [TestCase("sequence_length", "-4", "sequence_length is '-4'")]
    [TestCase("sequence_length", "16385", "sequence_length is 16385")]
    [TestCase("sequence_length", "99999999999", "sequence_length is '99999999999'")]
    [TestCase("hidden", "2.0", "hidden is '2.0'")]
    [TestCase("hidden", "16385", "hidden is 16385")]
    [TestCase("classes", "3", "classes is 3")]
    [TestCase("label_names", "[1]", "label_names is '[1]'")]
    [TestCase("label_names", "[null,null]", "label_names is '[null,null]'")]
    [TestCase("label_names", "null", "label_names is 'null'")]
    [TestCase("label_names", "[", "label_names is '['")]
    [TestCase("tokenizer_vocabulary_sha256", "12", "tokenizer_vocabulary_sha256 is '12'")]
    [TestCase("model_sha256", "", "model_sha256 is ''")]
    [TestCase("prefix", "logits", "prefix is 'logits', where embedding or norm is needed")]
    [TestCase("prefix", null, "no prefix")]
    [TestCase("data_sha256", "12", "data_sha256 is '12'")]
    [TestCase("examples", "2", "1 rows, and the metadata says 2 examples")]
    [TestCase("examples", "0", "examples is 0, where 1 to split_examples, 3, is needed")]
    [TestCase("split_examples", "0", "examples is 1, where 1 to split_examples, 0, is needed")]
    [TestCase("seed", "-1", "seed is '-1'")]
    public void Wrong_metadata_is_refused(string key, string? value, string problem)
    {
        var chosen = Small with { Selection = new ExportedSelection(3, 1, 5, Hash) };
        var entries = ExportedTaskFormat.KeyValues(chosen).Where(entry => entry.Key != key).ToList();
        if (value is not null)
            entries.Add(new(key, value));
        var path = WriteUnchecked(entries, [Example(Small, 0)]);
        Assert.That(
            () => ExportedTaskReader.Open(path),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(problem));
    }

    [Test]
    public void Columns_that_are_missing_or_of_another_type_are_refused()
    {
        var path = _folder.File("file");
        using (var writer = ParquetWriter.Create(path, new ParquetField("index", ParquetFieldType.Int64)))
        {
            foreach (var (key, value) in ExportedTaskFormat.KeyValues(Small))
                writer.AddKeyValue(key, value);
            writer.Complete();
        }

        Assert.That(() => ExportedTaskReader.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'index' is Int64"));

        var withoutEmbeddings = Small with { Hidden = 0, ModelSha256 = "" };
        path = WriteUnchecked(ExportedTaskFormat.KeyValues(withoutEmbeddings), [Example(Small, 0)]);
        Assert.That(() => ExportedTaskReader.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("hidden 0"));

        path = SharedData.File("parquet/sst2-validation.parquet");
        Assert.That(() => ExportedTaskReader.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("not exported"));
    }

    [Test]
    public void States_and_selection_survive_a_round_trip_and_readers_of_other_states_refuse()
    {
        var description = Small with { Prefix = ClientPrefix.Norm, Selection = new ExportedSelection(9, 2, 5, Hash) };
        var path = Write(description, [Example(description, 0), Example(description, 1)]);
        using var reader = ExportedTaskReader.Open(path, ClientPrefix.Norm);
        AssertSame(reader.Description, description);
        Assert.That(
            reader.Examples().Select(example => example.Embedding),
            Is.EqualTo(new[] { 0, 1 }.Select(index => Example(description, index).Embedding)));
        using var parquet = ParquetReader.Open(path);
        Assert.That((parquet.HasColumn("norm"), parquet.HasColumn("embedding")), Is.EqualTo((true, false)));
        Assert.That(
            () => ExportedTaskReader.Open(path),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"{path}: was exported with prefix=norm, where prefix=embedding is needed; export the task again."));
    }

    [Test]
    public void Wrong_descriptions_are_refused() => Assert.Multiple(() =>
    {
        foreach (var wrong in new[]
        {
            Small with { SequenceLength = 0 }, Small with { Hidden = -1 }, Small with { ModelSha256 = "" },
            Small with { VocabularySha256 = Hash.ToUpperInvariant() }, Small with { Hidden = 0 },
        })
        {
            Assert.That(() => ExportedTaskWriter.Create(_folder.File("file"), wrong), Throws.ArgumentException);
        }
    });

    private static ExportedExample Example(ExportedTaskDescription description, int index)
    {
        var random = new Random(index);
        var length = description.SequenceLength;
        var tokens = random.Next(1, length + 1);
        var embedding = new float[length * description.Hidden];
        foreach (ref var value in embedding.AsSpan())
            value = random.NextSingle() - 0.5f;
        return new ExportedExample(
            index,
            [.. Enumerable.Range(0, length).Select(position => position < tokens ? random.Next(30522) : 0)],
            [.. Enumerable.Range(0, length).Select(position => position < tokens ? 1 : 0)],
            description.Classes == 0 ? 5 * random.NextDouble() : index % description.Classes,
            description.Hidden == 0 ? null : embedding)
        {
            TokenTypeIds = [.. Enumerable.Range(0, length).Select(position => position > tokens / 2 && position < tokens ? 1 : 0)],
        };
    }

    private static void AssertSame(ExportedTaskDescription actual, ExportedTaskDescription expected)
    {
        Assert.That(actual with { LabelNames = expected.LabelNames }, Is.EqualTo(expected));
        Assert.That(actual.LabelNames, Is.EqualTo(expected.LabelNames));
    }

    private string Write(ExportedTaskDescription description, IEnumerable<ExportedExample> examples)
    {
        var path = _folder.File("file");
        using var writer = ExportedTaskWriter.Create(path, description);
        foreach (var example in examples)
            writer.Add(example);
        writer.Complete();
        return path;
    }

    /// <summary>A file with the columns of <see cref="Small"/> and whatever metadata and values are given.</summary>
    private string WriteUnchecked(IEnumerable<KeyValuePair<string, string>> keyValues, ExportedExample[] examples)
    {
        var path = _folder.File("unchecked");
        using var writer = ParquetWriter.Create(path, ExportedTaskFormat.Fields(Small));
        foreach (var (key, value) in keyValues)
            writer.AddKeyValue(key, value);
        writer.WriteRowGroup(
            ColumnData.Of(Array.ConvertAll(examples, example => example.Index)),
            Lists(Array.ConvertAll(examples, example => example.InputIds)),
            Lists(Array.ConvertAll(examples, example => example.TokenTypeIds)),
            Lists(Array.ConvertAll(examples, example => example.AttentionMask)),
            ColumnData.Of(Array.ConvertAll(examples, example => example.Label)),
            Lists(Array.ConvertAll(examples, example => example.Embedding!)));
        writer.Complete();
        return path;
    }

    private static ColumnData<T> Lists<T>(T[][] lists)
    {
        var offsets = new int[lists.Length + 1];
        for (var row = 0; row < lists.Length; row++)
            offsets[row + 1] = offsets[row] + lists[row].Length;
        return ColumnData.OfLists(lists.SelectMany(list => list).ToArray(), offsets);
    }
}
