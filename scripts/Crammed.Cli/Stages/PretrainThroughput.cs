using Crammed.Bert;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>
/// What share of libtorch's own rate of matrix products a rate of tokens is. Tokens of single documents count like those of packed
/// sequences, whose attention is longer.
/// </summary>
/// <param name="OperationsPerToken">Operations of matrix products for a token, forward and backward.</param>
/// <param name="PeakRate">Operations per second of these products by themselves.</param>
internal sealed record PretrainThroughput(double OperationsPerToken, double PeakRate)
{
    /// <summary>Times the products of this model's shapes on this machine, a second or two.</summary>
    public static PretrainThroughput Measure(BertConfiguration configuration, PretrainingSettings settings)
    {
        var sequences = Math.Min(settings.BatchSize, settings.MicroBatchSize ?? settings.BatchSize);
        return new(
            MatrixProducts.TrainingOperations(configuration, settings.MaskedFraction) / configuration.SequenceLength,
            MatrixProducts.MeasureRate(configuration, sequences, settings.MaskedFraction, settings.Precision));
    }

    /// <summary>0 to 1.</summary>
    public double ShareOf(double tokensPerSecond) => tokensPerSecond * OperationsPerToken / PeakRate;
}
