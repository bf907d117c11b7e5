namespace Crammed.Cli.Settings;

/// <summary>The score that a task is judged by.</summary>
public enum TaskMetric
{
    /// <summary>Share of right answers.</summary>
    Accuracy,

    /// <summary>F1 of the positive class.</summary>
    F1,

    /// <summary>Matthews correlation.</summary>
    Matthews,

    /// <summary>Pearson correlation.</summary>
    Pearson,
}
