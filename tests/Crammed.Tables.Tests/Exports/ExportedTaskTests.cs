using System.Security.Cryptography;

namespace Crammed.Tables.Tests;

public class ExportedTaskTests : FolderTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly ExportedTaskDescription Small =
        new("rte", "dev", 4, 2, ["entailment", "not_entailment"], Hash, Hash, ClientPrefix.Embedding, Some(1));

    [Test]
    public void Examples_survive_a_round_trip_over_parts()
    {
        // 128 x 256 floats are 128 KiB, so a part of 32 MiB holds 253 examples.
        var description = Small with
        {
            Task = "stsb",
            Split = "train",
            SequenceLength = 128,
            Hidden = 256,
            LabelNames = [],
            Selection = Some(300),
        };
        var path = Write(description, Enumerable.Range(0, 300).Select(index => Example(description, index)));
        Assert.That(Directory.GetFiles(path, "*.parquet"), Has.Length.EqualTo(2));

        var reader = ExportedTaskReader.Open(path);
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
        var description = Small with { Hidden = 0, ModelSha256 = "", LabelNames = ["a \"quoted\" näme", "b"], Selection = Some(2) };
        var path = Write(description, [Example(description, 0), Example(description, 1)]);
        var reader = ExportedTaskReader.Open(path);
        AssertSame(reader.Description, description);
        Assert.That(reader.Examples().Select(example => example.Embedding), Is.EqualTo(new float[]?[] { null, null }));
        Assert.That(reader.Examples().Select(example => example.Label), Is.EqualTo(new[] { 0.0, 1 }));
    }

    /// <summary>A change of this hash is a change of the format: its version must go up.</summary>
    [Test]
    public void The_same_examples_give_the_same_file()
    {
        var path = Write(Small with { Selection = Some(2) }, [Example(Small, 0), Example(Small, 1)]);
        // The manifest has the part's hash.
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(path, "manifest.json"))));
        Assert.That(hash, Is.EqualTo("111c3f623b0a7e5737b6a00f78aa3682a96de51b39290eecd78102fac3c1d122"));
    }

    [Test]
    public void An_unfinished_export_leaves_nothing()
    {
        using (var writer = ExportedTaskWriter.Open(Folder.Combine("unfinished"), Small))
            writer.Add(Example(Small, 0));
        Assert.That(Directory.Exists(Folder.Combine("unfinished")), Is.False);
        Assert.That(Directory.Exists(Folder.Combine("unfinished.part")), Is.False);
    }

    [Test]
    public void An_export_has_the_examples_that_it_announced()
    {
        using var writer = ExportedTaskWriter.Open(Folder.Combine("few"), Small with { Selection = Some(2) });
        writer.Add(Example(Small, 0));
        Assert.That(writer.Complete, Throws.InvalidOperationException);
        Assert.That(Directory.Exists(Folder.Combine("few")), Is.False);
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
        using var writer = ExportedTaskWriter.Open(Folder.Combine("file"), Small);
        Assert.That(() => writer.Add(example), Throws.ArgumentException.With.Message.Contains(problem));
    }

    [TestCaseSource(nameof(WrongExamples))]
    public void A_wrong_example_is_not_read(ExportedExample example, string problem)
    {
        var path = WriteUnchecked(Small with { Selection = Some(2) }, [Example(Small, 0), example]);
        var reader = ExportedTaskReader.Open(path);
        Assert.That(
            () => reader.Examples().Count(),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{path}: row 1: ").And.Message.Contains(problem));
    }

    [Test]
    public void Scores_may_be_any_finite_number()
    {
        var description = Small with { LabelNames = [] };
        using var writer = ExportedTaskWriter.Open(Folder.Combine("file"), description);
        writer.Add(Example(description, 0) with { Label = -3.25 });
        Assert.That(
            () => writer.Add(Example(description, 0) with { Label = double.PositiveInfinity }),
            Throws.ArgumentException.With.Message.Contains("finite"));
    }

    [TestCase("\"crammed-exported-task\"", "\"other\"", "is not of the format crammed-exported-task")]
    [TestCase("\"format\"", "\"forma\"", "is not of the format crammed-exported-task")]
    [TestCase("\"format_version\": 3", "\"format_version\": 2", "format_version is '2', and this program reads 3")]
    [TestCase("\"task\": \"rte\",", "", "description is not as it should be")]
    [TestCase("\"split\": \"dev\"", "\"split\": 1", "description.split is not as it should be")]
    [TestCase("\"split\": \"dev\"", "\"split\": null", "description.split is not as it should be")]
    [TestCase("\"sequence_length\": 4", "\"sequence_length\": 0", "sequence_length is 0")]
    [TestCase("\"sequence_length\": 4", "\"sequence_length\": -4", "sequence_length is -4")]
    [TestCase("\"sequence_length\": 4", "\"sequence_length\": 16385", "sequence_length is 16385")]
    [TestCase("\"sequence_length\": 4", "\"sequence_length\": 99999999999", "description.sequence_length is not as it should be")]
    [TestCase("\"hidden\": 2", "\"hidden\": 2.5", "description.hidden is not as it should be")]
    [TestCase("\"hidden\": 2", "\"hidden\": 16385", "hidden is 16385")]
    [TestCase("\"entailment\",", "1,", "description.label_names[0] is not as it should be")]
    [TestCase("\"label_names\": [", "\"label_names\": null, \"x\": [", "description.label_names is not as it should be")]
    [TestCase("\"vocabulary_sha256\": \"0", "\"vocabulary_sha256\": \"", "vocabulary_sha256 is '12")]
    [TestCase("\"model_sha256\": \"0", "\"model_sha256\": \"", "model_sha256 is '12")]
    [TestCase("\"prefix\": \"embedding\"", "\"prefix\": \"logits\"", "description.prefix is not as it should be")]
    [TestCase("\"prefix\": \"embedding\"", "\"prefix\": 1", "description.prefix is not as it should be")]
    [TestCase("\"prefix\": \"embedding\",", "", "description is not as it should be")]
    [TestCase("\"data_sha256\": \"0", "\"data_sha256\": \"", "data_sha256 is '12")]
    [TestCase("\"examples\": 1", "\"examples\": 2", "1 rows, and the manifest says 2 examples")]
    [TestCase("\"examples\": 1", "\"examples\": 0", "examples is 0, where 1 to split_examples, 9, is needed")]
    [TestCase("\"split_examples\": 9", "\"split_examples\": 0", "examples is 1, where 1 to split_examples, 0, is needed")]
    [TestCase("\"seed\": 5", "\"seed\": -1", "seed is -1")]
    public void A_wrong_manifest_is_refused(string right, string wrong, string problem)
    {
        var path = Write(Small, [Example(Small, 0)]);
        var manifest = Path.Combine(path, "manifest.json");
        var text = File.ReadAllText(manifest);
        Assert.That(text, Does.Contain(right));
        File.WriteAllText(manifest, text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.That(
            () => ExportedTaskReader.Open(path),
            Throws.TypeOf<InvalidDataException>()
                .With.Message.StartsWith(path).And.Message.Contains(problem).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void Columns_that_are_missing_or_of_another_type_are_refused()
    {
        AssertRefused(Small, [new("index", new[] { 1L })], "the columns are index, where index, input_ids,");
        var right = Columns([Example(Small, 0)]);
        AssertRefused(Small, [new("index", new[] { 1L }), .. right[1..]], "there is no column 'index' of Int32");
        AssertRefused(Small with { Hidden = 0, ModelSha256 = "" }, right, "label, embedding, where index,");

        void AssertRefused(ExportedTaskDescription description, TableColumn[] columns, string problem)
        {
            var path = WriteUnchecked(description, columns);
            Assert.That(
                () => ExportedTaskReader.Open(path).Examples().Count(),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains(problem));
        }
    }

    [Test]
    public void What_is_no_export_is_refused()
    {
        Assert.That(
            () => ExportedTaskReader.Open(Folder.Combine("none")),
            Throws.TypeOf<FileNotFoundException>()
                .With.Message.EqualTo($"{Folder.Combine("none")}: not found; crammed export-glue writes it"));
        Directory.CreateDirectory(Folder.Combine("empty"));
        Assert.That(
            () => ExportedTaskReader.Open(Folder.Combine("empty")),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("manifest.json"));
    }

    [Test]
    public void States_and_selection_survive_a_round_trip_and_readers_of_other_states_refuse()
    {
        var description = Small with { Prefix = ClientPrefix.Norm, Selection = Some(2) };
        var path = Write(description, [Example(description, 0), Example(description, 1)]);
        var reader = ExportedTaskReader.Open(path, ClientPrefix.Norm);
        AssertSame(reader.Description, description);
        Assert.That(
            reader.Examples().Select(example => example.Embedding),
            Is.EqualTo(new[] { 0, 1 }.Select(index => Example(description, index).Embedding)));
        var table = Table.Parse(File.ReadAllBytes(Path.Combine(path, "part-00000.parquet")), path);
        Assert.That(table.Names, Does.Contain("norm").And.Not.Contain("embedding"));
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
            Small with { Hidden = 0, ModelSha256 = "", Prefix = ClientPrefix.Norm },
            Small with { Selection = Some(1) with { Examples = 10 } },
            Small with { Selection = Some(1) with { Seed = -1 } },
        })
        {
            Assert.That(() => ExportedTaskWriter.Open(Folder.Combine("file"), wrong), Throws.ArgumentException);
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

    private static ExportedSelection Some(int examples) => new(Math.Max(9, examples), examples, 5, Hash);

    private static void AssertSame(ExportedTaskDescription actual, ExportedTaskDescription expected)
    {
        Assert.That(actual with { LabelNames = expected.LabelNames }, Is.EqualTo(expected));
        Assert.That(actual.LabelNames, Is.EqualTo(expected.LabelNames));
    }

    private string Write(ExportedTaskDescription description, IEnumerable<ExportedExample> examples)
    {
        var path = Folder.Combine("folder");
        using var writer = ExportedTaskWriter.Open(path, description);
        foreach (var example in examples)
            writer.Add(example);
        writer.Complete();
        return path;
    }

    private string WriteUnchecked(ExportedTaskDescription description, ExportedExample[] examples) =>
        WriteUnchecked(description, Columns(examples));

    /// <summary>A folder of one part with whatever columns are given.</summary>
    private string WriteUnchecked(ExportedTaskDescription description, TableColumn[] columns)
    {
        var path = Folder.Combine("unchecked");
        using var writer = PartFolderWriter<ExportedTaskDescription>.Create(path, ExportedTaskFormat.Parts, description);
        writer.Add(columns);
        writer.Complete();
        return path;
    }

    private static TableColumn[] Columns(ExportedExample[] examples) =>
    [
        new("index", Array.ConvertAll(examples, example => example.Index)),
        Lists("input_ids", Array.ConvertAll(examples, example => example.InputIds)),
        Lists("token_type_ids", Array.ConvertAll(examples, example => example.TokenTypeIds)),
        Lists("attention_mask", Array.ConvertAll(examples, example => example.AttentionMask)),
        new("label", Array.ConvertAll(examples, example => example.Label)),
        Lists("embedding", Array.ConvertAll(examples, example => example.Embedding!)),
    ];

    private static TableColumn Lists<T>(string name, T[][] lists) =>
        TableColumn.OfLists(name, Array.ConvertAll(lists, list => (ReadOnlyMemory<T>)list));
}
