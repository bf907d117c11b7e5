namespace Crammed.Cli.Stages;

/// <summary>Names of what stages write into their folders.</summary>
internal static class StageFiles
{
    /// <summary>Folder of a checkpoint, in the folder of the run that made it.</summary>
    public const string Model = "model";

    /// <summary>Folder of the exported training split.</summary>
    public const string Train = "train";

    /// <summary>Folder of the exported evaluation split.</summary>
    public const string Dev = "dev";

    /// <summary>Everything random about a fine-tuning run.</summary>
    public const string Draw = "draw.safetensors";

    /// <summary>Trained adapters and head.</summary>
    public const string Adapters = "adapters.safetensors";

    /// <summary>Loss by step, or scores.</summary>
    public const string Metrics = "metrics.csv";

    /// <summary>The same as <see cref="Metrics"/>, typed.</summary>
    public const string MetricsTable = "metrics.parquet";

    /// <summary>Loss and held-out loss over the steps.</summary>
    public const string LossCurve = "loss.svg";

    /// <summary>Folder of a run's checkpoints.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>Loss by step of one of several runs.</summary>
    public const string Losses = "losses.csv";

    /// <summary>Median and spread of scores over runs.</summary>
    public const string Summary = "summary.csv";

    /// <summary>Folder of one of several runs, in that of its task.</summary>
    public static string Seed(long seed) => FormattableString.Invariant($"seed-{seed}");

    /// <summary>What a model answers, by example.</summary>
    public const string Predictions = "predictions.csv";

    /// <summary>What it answers by polynomials.</summary>
    public const string PolynomialPredictions = "predictions_polynomial.csv";

    /// <summary>Scores by polynomials.</summary>
    public const string PolynomialMetrics = "metrics_polynomial.csv";

    /// <summary>Polynomials, their domains, and the values that they were evaluated at.</summary>
    public const string Ranges = "ranges.csv";
}
