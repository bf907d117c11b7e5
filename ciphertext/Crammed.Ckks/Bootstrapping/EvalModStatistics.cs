namespace Crammed.Ckks;

/// <summary>EvalMod of every integer |I| &lt;= K with every part m of a message, with their probabilities.</summary>
internal sealed class EvalModStatistics
{
    /// <summary>A message of more different parts is represented by as many quantiles.</summary>
    private const int LargestSample = 33;

    private readonly Case[] _cases;
    private readonly double[] _probabilities;

    /// <param name="noise">of the parameter set</param>
    /// <param name="plan">EvalMod</param>
    /// <param name="weight">h of the ephemeral secret</param>
    /// <param name="perMessage">x over m: 1 / ratio for messages in [-1, 1]</param>
    /// <param name="range">the largest size of a part</param>
    /// <param name="parts">the message, or null for uniform parts in the range</param>
    public EvalModStatistics(
        NoiseEstimator noise, EvalModPlan plan, int weight, double perMessage, double range, IReadOnlyList<double>? parts)
    {
        _probabilities = RaisedMultiples.Probabilities(plan.LargestInteger, weight);
        var sample = parts is null ? Quantiles(level => range * (2 * level - 1)) : Sample([.. parts.Order()]);
        _cases =
        [
            .. from index in Enumerable.Range(0, _probabilities.Length)
               from part in sample
               let trace = noise.EvalMod(plan, index - plan.LargestInteger + part.Value * perMessage)
               select new Case(index, part.Value, _probabilities[index] * part.Weight, trace),
        ];
        Derivative = RootMean(@case => @case.Trace.Derivative * @case.Trace.Derivative);
        Noise = RootMean(@case => @case.Trace.Variance);
        Cosines = [.. Enumerable.Range(0, plan.DoubleAngles + 1).Select(i => RootMean(@case => @case.Trace.CosineVariances[i]))];
    }

    /// <summary>Root mean square of the result's derivative with respect to the slot x / K that EvalMod takes.</summary>
    public double Derivative { get; }

    /// <summary>Standard deviation of what EvalMod adds, in each part of the slots of one half.</summary>
    public double Noise { get; }

    /// <summary>Standard deviation of the cosine's error before the first and after each double angle.</summary>
    public IReadOnlyList<double> Cosines { get; }

    /// <summary>
    /// The error of a part of a slot: one part of its own half's noise and, of a recombined slot, of the other's, and the approximation's
    /// error of its own half, on top of an error of the argument.
    /// </summary>
    /// <param name="argumentVariance">in units of the message</param>
    /// <param name="recombined">whether the slot is made of both halves</param>
    public IReadOnlyList<ErrorComponent> Components(double argumentVariance, bool recombined)
    {
        double[] other = [.. _probabilities.Select((probability, index) => recombined ? MeanVariance(index, probability) : 0)];
        return
        [
            .. from own in _cases
               from index in Enumerable.Range(0, other.Length)
               select new ErrorComponent(
                   own.Probability * _probabilities[index], argumentVariance + own.Trace.Variance + other[index],
                   own.Trace.Value - own.Part),
        ];
    }

    private double MeanVariance(int index, double probability) =>
        _cases.Where(@case => @case.Index == index).Sum(@case => @case.Probability * @case.Trace.Variance) / probability;

    private double RootMean(Func<Case, double> square) => Math.Sqrt(_cases.Sum(@case => @case.Probability * square(@case)));

    private static (double Value, double Weight)[] Sample(double[] sorted) => sorted.Distinct().Count() <= LargestSample
        ? [.. sorted.GroupBy(value => value).Select(group => (group.Key, (double)group.Count() / sorted.Length))]
        : Quantiles(level => sorted[(int)Math.Round(level * (sorted.Length - 1))]);

    /// <summary>
    /// Quantiles at equal steps from the least to the largest part, weighted by Simpson's rule: errors of the approximation grow like a
    /// high power of m.
    /// </summary>
    private static (double Value, double Weight)[] Quantiles(Func<double, double> quantile)
    {
        const int steps = LargestSample - 1;
        return [.. Enumerable.Range(0, LargestSample).Select(i => (quantile((double)i / steps), SimpsonWeight(i) / (3.0 * steps)))];

        static int SimpsonWeight(int i) => i is 0 or steps ? 1 : i % 2 == 1 ? 4 : 2;
    }

    /// <param name="Index">I + K</param>
    /// <param name="Part">m</param>
    /// <param name="Probability">of both</param>
    /// <param name="Trace">EvalMod of x = I + m / ratio</param>
    private readonly record struct Case(int Index, double Part, double Probability, EvalModTrace Trace);
}
