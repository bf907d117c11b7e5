using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Crammed.Bert.Tests;

/// <summary>The metrics against scikit-learn's and scipy's values; oracle/metrics.py says how they were made.</summary>
public class MetricsOracleTests
{
    /// <summary>
    /// Sums of at most 60 terms that rounding changes by 60 * 1.1e-16 of their size; where values lie far from zero (1e3 with a spread of
    /// 1e-3 * 5), taking off the mean costs 6 digits more, which the mean and the spread of 40 values reduce to about 1e-10 in both programs.
    /// </summary>
    private static double Tolerance(string name) => name == "far from zero" ? 1e-9 : 1e-13;

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var entry in JsonDocument.Parse(File.ReadAllText(OraclePath())).RootElement.EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            foreach (var expected in entry.GetProperty("expected").EnumerateObject())
            {
                double? value = expected.Value.ValueKind == JsonValueKind.Null ? null : expected.Value.GetDouble();
                yield return new TestCaseData(name, expected.Name, Numbers(entry, "predictions"), Numbers(entry, "labels"), value)
                    .SetArgDisplayNames(expected.Name, name);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Metrics_equal_the_oracles(string name, string metric, double[] predictions, double[] labels, double? expected)
    {
        var actual = GlueMetrics.Compute(metric, predictions, labels).Value;
        if (expected is { } value)
            Assert.That(actual, Is.EqualTo(value).Within(Tolerance(name)));
        else
            Assert.That(actual, Is.NaN);
    }

    private static double[] Numbers(JsonElement entry, string field) =>
        [.. entry.GetProperty(field).EnumerateArray().Select(value => value.GetDouble())];

    private static string OraclePath([CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "oracle", "metrics.json");
}
