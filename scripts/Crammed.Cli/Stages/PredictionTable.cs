using Crammed.Cli.Reports;

namespace Crammed.Cli.Stages;

/// <summary>predictions.csv of texts without labels: index, id and texts where asked for, prediction, probabilities and logits.</summary>
internal static class PredictionTable
{
    /// <param name="texts">What was answered.</param>
    /// <param name="logits">[text][output].</param>
    /// <param name="idColumn">Name of the column of ids; null: none.</param>
    /// <param name="copiesText">Whether the texts are in it.</param>
    public static CsvTable Of(PredictionTexts texts, double[][] logits, string? idColumn, bool copiesText)
    {
        var labels = texts.Task.Labels;
        var textColumns = !copiesText ? [] : texts.Task.IsPair ? ["text_1", "text_2"] : new[] { "text" };
        var table = new CsvTable(
            ["index", .. idColumn is null ? [] : new[] { idColumn }, .. textColumns, "prediction", .. labels.Select(label => $"probability_{label}"),
                .. Enumerable.Range(0, logits[0].Length).Select(output => $"logit_{output}")]);
        for (var i = 0; i < logits.Length; i++)
        {
            var text = texts.Texts[i];
            table.AddRow(
                [
                    i, .. idColumn is null ? [] : new object?[] { text.Id },
                    .. !copiesText ? [] : texts.Task.IsPair ? [text.First, text.Second] : new object?[] { text.First },
                    labels.Count == 0 ? logits[i][0] : labels[ClassOf(logits[i])],
                    .. labels.Count == 0 ? [] : Probabilities(logits[i]).Cast<object?>(), .. logits[i].Cast<object?>(),
                ]);
        }
        return table;
    }

    /// <summary>How many texts have each label, in the order of the labels; none for a score.</summary>
    public static IReadOnlyList<(string Label, int Count)> Counts(PredictionTexts texts, double[][] logits) =>
        [.. texts.Task.Labels.Select((label, index) => (label, logits.Count(values => ClassOf(values) == index)))];

    /// <summary>The first of equal logits wins, as in evaluation.</summary>
    private static int ClassOf(double[] logits) => Array.IndexOf(logits, logits.Max());

    /// <summary>The softmax of logits, less the largest of them, so that no exponential overflows.</summary>
    private static double[] Probabilities(double[] logits)
    {
        var powers = Array.ConvertAll(logits, value => Math.Exp(value - logits.Max()));
        return Array.ConvertAll(powers, power => power / powers.Sum());
    }
}
