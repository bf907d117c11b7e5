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
}
