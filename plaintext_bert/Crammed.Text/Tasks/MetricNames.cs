namespace Crammed.Text;

/// <summary>The names of GLUE's metrics (Wang et al. 2019, arXiv 1804.07461, table 1), spelt as Hugging Face's evaluate does.</summary>
public static class MetricNames
{
    /// <summary>Share of right answers.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>F1 of label 1.</summary>
    public const string F1 = "f1";

    /// <summary>Matthews' correlation coefficient.</summary>
    public const string Matthews = "matthews_correlation";

    /// <summary>Pearson's correlation of scores.</summary>
    public const string Pearson = "pearson";

    /// <summary>Spearman's rank correlation of scores.</summary>
    public const string Spearman = "spearmanr";

    /// <summary>Metrics of regression tasks.</summary>
    public static IReadOnlyList<string> ForScores { get; } = [Pearson, Spearman];

    /// <summary>Metrics of classification tasks; F1, which is that of label 1, with two labels only.</summary>
    public static IReadOnlyList<string> ForClasses(int labels) => labels == 2 ? [Accuracy, F1, Matthews] : [Accuracy, Matthews];
}
