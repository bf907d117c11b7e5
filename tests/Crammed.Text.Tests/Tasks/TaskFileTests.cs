using System.IO.Compression;
using System.Text;
using Crammed.Text.Tests.Parquet;

namespace Crammed.Text.Tests;

/// <summary>The formats of task files other than GLUE's.</summary>
public class TaskFileTests : FolderTests
{
    private static readonly TaskDefinition Pair = new()
    {
        Description = new TaskDescription("pair", IsPair: true, ["no", "yes", "2"], [MetricNames.Accuracy]),
        TextColumns = ["a", "b"],
        LabelColumn = "label",
    };

    private static readonly Example[] Expected =
        [new(0, "one, two", "say \"x\"", "yes", 1), new(1, "é\n", "", "no", 0), new(2, "z", "y", "2", 2)];

    [TestCase("data.csv"), TestCase("data.csv.gz")]
    public void Csv_FollowsRfc4180(string name)
    {
        Write(name, "label,b,a\r\nyes,\"say \"\"x\"\"\",\"one, two\"\r\nno,,\"é\n\"\n2,y,z\n");
        Assert.That(Read(name, TaskFileFormat.Csv), Is.EqualTo(Expected));
    }

    [Test]
    public void Jsonl_TakesTextAndNumbers()
    {
        Write("data.jsonl", """
            {"a": "one, two", "b": "say \"x\"", "label": "yes", "other": [1]}
            {"label": "no", "b": "", "a": "\u00e9\n"}
            {"a": "z", "b": "y", "label": 2}
            """);
        Assert.That(Read("data.jsonl", TaskFileFormat.Jsonl), Is.EqualTo(Expected));
    }

    [TestCase("tsv", "a\tb\tlabel\nx\ty\tno\n")]
    [TestCase("csv", "a,b,label\nx,y,no\n")]
    [TestCase("jsonl", "{\"a\": \"x\", \"b\": \"y\", \"label\": \"no\"}\n")]
    public void EmptyLinesAtTheEnd_AreNoRows(string format, string text)
    {
        var kind = Enum.Parse<TaskFileFormat>(format, ignoreCase: true);
        foreach (var file in (string[])[text, text + "\n", text + "\n\n\n", text.Replace("\n", "\r\n") + "\r\n\r\n", text.TrimEnd()])
        {
            Write("data.x", file);
            Assert.That(Read("data.x", kind), Is.EqualTo((Example[])[new(0, "x", "y", "no", 0)]), () => file);
        }
        var rows = text.Count(character => character == '\n');
        Write("data.x", $"{text}\n\n{text[(text.TrimEnd().LastIndexOf('\n') + 1)..]}");
        Assert.That(() => Read("data.x", kind), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"data.x, line {rows + 1}: "));
    }

    [Test]
    public void Csv_KeepsEmptyLinesInQuotes()
    {
        Write("data.csv", "a,b,label\nx,\"y\n\n\n\",no\n\n\n");
        Assert.That(Read("data.csv", TaskFileFormat.Csv), Is.EqualTo((Example[])[new(0, "x", "y\n\n\n", "no", 0)]));
    }

    [TestCase("csv", "a,b,label\nx,y,maybe\n", "line 2: field 'label' is 'maybe'; expected no or yes or 2")]
    [TestCase("csv", "a,b\nx,y\n", "line 1: column 'label' is missing")]
    [TestCase("csv", "a,b,label\nx,y\n", "line 2: 2 fields; expected 3")]
    [TestCase("csv", "a,b,label\nx,y\"z\",no\n", "line 2: a quote in the wrong place")]
    [TestCase("csv", "a,b,label\nx,\"y\"z,no\n", "line 2: a quote in the wrong place in '\"y\"z'")]
    [TestCase("csv", "a,b,label\nx,y\"z,no\n", "line 2: a quote is opened and not closed")]
    [TestCase("csv", "", "no rows")]
    [TestCase("jsonl", "{\"a\": \"x\", \"b\": \"y\", \"label\": \"no\"}\n{\"a\": 1\n", "line 2: '{\"a\": 1' is not JSON")]
    [TestCase("jsonl", "[1]\n", "line 1: '[1]' is not a JSON object")]
    [TestCase("jsonl", "{\"a\": \"x\", \"label\": \"no\"}\n", "line 1: field 'b' is missing")]
    [TestCase("jsonl", "{\"a\": null, \"b\": \"y\", \"label\": \"no\"}\n", "line 1: field 'a' is 'null'; expected text or a number")]
    [TestCase("jsonl", "{\"a\": \"x \\ud83d y\", \"b\": \"y\", \"label\": \"no\"}\n", "line 1: '{\"a\": \"x \\ud83d y\"")]
    [TestCase("jsonl", "{\"a\": \"x\", \"b\": \"\\udc00\", \"label\": \"no\"}\n", "line 1: '{")]
    [TestCase("jsonl", "{\"a\\ud83d\": 1, \"a\": \"x\", \"b\": \"y\", \"label\": \"no\"}\n", "line 1: '{")]
    [TestCase("jsonl", "{\"a\": \"x\", \"b\": \"y\", \"label\": \"no\", \"label\": \"yes\"}\n", "line 1: '{")]
    public void MalformedFiles_AreRefused(string format, string text, string message)
    {
        Write("data.x", text);
        Assert.That(
            () => Read("data.x", Enum.Parse<TaskFileFormat>(format, ignoreCase: true)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("data.x").And.Message.Contains(message));
    }

    [Test]
    public void Csv_IsUtf8()
    {
        File.WriteAllBytes(Folder.Combine("data.csv"), [.. "a,b,label\nx"u8, 0xff, .. ",y,no\n"u8]);
        Assert.That(() => Read("data.csv", TaskFileFormat.Csv), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("not UTF-8"));
    }

    /// <summary>A data set of the Hugging Face hub, written by pyarrow: SST-2's evaluation split.</summary>
    [Test]
    public void Parquet_OfAnotherWriter_IsTheTsvFile()
    {
        var path = SharedData.File("parquet/sst2-validation.parquet");
        var task = GlueDefinitions.Of("sst2");
        var rows = TaskFile.Read(path, task with { Format = TaskFileFormat.Parquet }).ToList();
        var expected = new TaskCatalog(SharedFolders.Glue).Open(task).Read(TaskSplit.Dev);
        Assert.That(rows, Is.EqualTo(expected));
        Assert.That(
            () => TaskFile.Read(path, task with { Format = TaskFileFormat.Parquet, LabelColumn = "score" }).ToList(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'score'"));
    }

    [Test]
    public void Parquet_NullsAreRefused()
    {
        var path = ParquetFiles.Write(Folder.Combine("nulls.parquet"), "SELECT unnest(['a', NULL]) AS sentence, 1 AS label");
        var task = GlueDefinitions.Of("sst2") with { Format = TaskFileFormat.Parquet };
        Assert.That(
            () => TaskFile.Read(path, task).ToList(),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo($"{path}, row 2: column 'sentence' is null."));
    }

    private List<Example> Read(string name, TaskFileFormat format) => [.. TaskFile.Read(Folder.Combine(name), Pair with { Format = format })];

    private void Write(string name, string text)
    {
        using Stream file = File.Create(Folder.Combine(name));
        using var content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        content.Write(Encoding.UTF8.GetBytes(text));
    }
}
