using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Execution;

/// <summary>What the slots of a group hold, over all its vectors, in a run on clear slots: estimates of noise are made from it.</summary>
/// <param name="Rms">root mean square</param>
/// <param name="Quantiles">from the least to the largest value at equal steps</param>
public sealed record SlotStatistics(double Rms, IReadOnlyList<double> Quantiles)
{
    private const int QuantileCount = 33;

    /// <summary>Values beyond so many are represented by every n-th.</summary>
    private const int LargestSample = 1 << 16;

    /// <summary>Statistics of clear vectors.</summary>
    public static SlotStatistics Of(IReadOnlyList<SlotVector> vectors)
    {
        double squares = 0;
        var count = 0L;
        var total = vectors.Sum(vector => (long)((ClearVector)vector).Values.Length);
        var step = (int)Math.Max(1, total / LargestSample) | 1;
        var sample = new List<double>();
        foreach (var vector in vectors)
        {
            foreach (var value in ((ClearVector)vector).Values)
            {
                squares += value * value;
                if (count++ % step == 0)
                    sample.Add(value);
            }
        }
        sample.Sort();
        var last = (sample.Count - 1.0) / (QuantileCount - 1);
        return new SlotStatistics(
            Math.Sqrt(squares / count), [.. Enumerable.Range(0, QuantileCount).Select(i => sample[(int)Math.Round(i * last)])]);
    }

    /// <summary>An observer of a run on clear slots that writes down the statistics of every group that is made.</summary>
    public static ValueObserver Observer(IDictionary<string, SlotStatistics> statistics) =>
        (_, value, vectors) => statistics[value.Name] = Of(vectors);
}
