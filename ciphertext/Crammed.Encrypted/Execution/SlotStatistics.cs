
namespace Crammed.Encrypted.Execution;

/// <summary>
/// What the slots of a group hold, over all its vectors, and what errors come to in it: estimates of noise are made from it.
/// <see cref="ErrorCalibration"/> finds it.
/// </summary>
/// <param name="Rms">root mean square</param>
/// <param name="Quantiles">from the least to the largest value at equal steps</param>
public sealed record SlotStatistics(double Rms, IReadOnlyList<double> Quantiles)
{
    private const int QuantileCount = 33;

    /// <summary>Values beyond so many are represented by every n-th.</summary>
    private const int LargestSample = 1 << 14;

    /// <summary>How the errors of operands meet in it; null for inputs, which have none.</summary>
    public ErrorGains? Gains { get; init; }

    /// <summary>The same for the errors of imaginary parts.</summary>
    public ErrorGains? ImaginaryGains { get; init; }

    /// <summary>Statistics of clear vectors.</summary>
    public static SlotStatistics Of(IReadOnlyList<SlotVector> vectors) => Of([.. vectors.Select(vector => ((ClearVector)vector).Values)]);

    /// <summary>Statistics of the slots of some vectors.</summary>
    public static SlotStatistics Of(IReadOnlyList<double[]> vectors)
    {
        double squares = 0;
        var count = 0L;
        var step = (int)Math.Max(1, vectors.Sum(vector => (long)vector.Length) / LargestSample) | 1;
        var sample = new List<double>();
        foreach (var value in vectors.SelectMany(vector => vector))
        {
            squares += value * value;
            if (count++ % step == 0)
                sample.Add(value);
        }
        sample.Sort();
        var last = (sample.Count - 1.0) / (QuantileCount - 1);
        return new SlotStatistics(
            Math.Sqrt(squares / count), [.. Enumerable.Range(0, QuantileCount).Select(i => sample[(int)Math.Round(i * last)])]);
    }
}
