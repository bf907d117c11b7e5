using System.Globalization;
using System.Text.RegularExpressions;

namespace Crammed.Text.Tests;

/// <summary>The real GLUE files against the table in the data's README, which other programs counted.</summary>
public class GlueDataTests
{
    [TestCase("cola"), TestCase("mrpc"), TestCase("qnli"), TestCase("rte"), TestCase("sst2"), TestCase("stsb")]
    public void Files_HaveTheRowsAndLabelsOfTheReadme(string task)
    {
        var readme = File.ReadAllLines(SharedData.File("README.md"));
        var source = new TaskCatalog(SharedFolders.Glue).Open(GlueDefinitions.Of(task));
        foreach (var split in Enum.GetValues<TaskSplit>())
        {
            // Cells: path, rows, official rows, columns, labels.
            var row = $"| `glue/{task}/{(split == TaskSplit.Train ? "train" : "dev")}.";
            var cells = readme.Single(line => line.StartsWith(row, StringComparison.Ordinal)).Split('|');
            var examples = source.Read(split);
            Assert.That(examples, Has.Count.EqualTo((int)Number(cells[2], @"(\d+)")));
            Assert.That(examples.Select(example => example.Index), Is.EqualTo(Enumerable.Range(0, examples.Count)));
            Assert.That(examples.Select(example => example.Second is not null), Has.All.EqualTo(source.Description.IsPair));
            foreach (var label in source.Description.Labels)
            {
                var count = examples.Count(example => example.LabelText == label);
                Assert.That(count, Is.EqualTo((int)Number(cells[5], $@"(?<!\w){label}:? (\d+)")), label);
            }
            // The README rounds means to four digits.
            if (source.Description.Kind == TaskKind.Regression)
                Assert.That(examples.Average(example => example.Label), Is.EqualTo(Number(cells[5], @"mean ([\d.]+)")).Within(0.5001e-4));
        }
    }

    private static double Number(string cell, string pattern) =>
        double.Parse(Regex.Match(cell, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
}
