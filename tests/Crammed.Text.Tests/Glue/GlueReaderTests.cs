namespace Crammed.Text.Tests;

public class GlueReaderTests
{
    [Test]
    public void Read_TakesColumnsByName_WithoutQuoting()
    {
        const string Text = "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\t\" He said \t She \"said\" .\n0\t9\t10\ta\tb\n";
        Assert.That(Read("mrpc", Text), Is.EqualTo((Example[])
        [
            new(0, "\" He said ", " She \"said\" .", "1", 1),
            new(1, "a", "b", "0", 0),
        ]));
    }

    [Test]
    public void Read_OfFilesWithoutHeader_StartsAtTheFirstLine() =>
        Assert.That(
            Read("cola", "gj04\t1\t\tA.\ngj04\t0\t*\tB.\n"),
            Is.EqualTo((Example[])[new(0, "A.", null, "1", 1), new(1, "B.", null, "0", 0)]));

    [Test]
    public void Read_OfScores_ParsesThem() =>
        Assert.That(
            Read("stsb", "sentence1\tsentence2\tscore\na\tb\t3.800\n"), Is.EqualTo((Example[])[new(0, "a", "b", "3.800", 3.8)]));

    [TestCase("rte", "sentence1\tsentence2\tlabel\na\tb\tmaybe\n", "line 2: field 'label' is 'maybe'; expected entailment or not_e")]
    [TestCase("rte", "index\tsentence1\tlabel\n0\ta\tentailment\n", "line 1: column 'sentence2' is missing")]
    [TestCase("rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\n", "line 2: 3 fields; expected 4")]
    [TestCase("sst2", "sentence\tlabel\na\t1\nb\t1\tx\n", "line 3: 3 fields; expected 2")]
    [TestCase("stsb", "sentence1\tsentence2\tscore\na\tb\t5.001\n", "line 2: field 'score' is '5.001'; expected a number from 0 to 5")]
    [TestCase("stsb", "sentence1\tsentence2\tscore\na\tb\tNaN\n", "line 2: field 'score' is 'NaN'")]
    [TestCase("stsb", "sentence1\tsentence2\tscore\na\tb\tfive\n", "line 2: field 'score' is 'five'")]
    [TestCase("stsb", "sentence1\tsentence2\tscore\na\tb\t-1\n", "line 2: field 'score' is '-1'")]
    [TestCase("sst2", "sentence\tlabel\na\t1\t\t\t\t\n", "line 2: 6 fields; expected 2")]
    [TestCase("sst2", "sentence\tlabel\n", "no rows")]
    [TestCase("cola", "", "no rows")]
    [TestCase("sst2", "a film\t1\n", "line 1: column 'sentence' is missing")]
    public void Read_RefusesMalformedFiles(string task, string text, string message) =>
        Assert.That(
            () => Read(task, text),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("dev.tsv").And.Message.Contains(message));

    [Test]
    public void Read_CutsLongValuesInMessages() =>
        Assert.That(
            () => Read("sst2", $"sentence\tlabel\na\t{new string('x', 10_000)}\n"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Length.LessThan(400));

    private static List<Example> Read(string task, string text)
    {
        using TemporaryFolder folder = new();
        var path = folder.Combine("dev.tsv");
        File.WriteAllText(path, text);
        return [.. TaskFile.Read(path, GlueDefinitions.Of(task))];
    }
}
