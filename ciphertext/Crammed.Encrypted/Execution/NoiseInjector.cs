using System.Collections.Concurrent;
using Crammed.Approximation;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Standard deviations, in slot values, of the noise that operations add on ciphertexts. Runs on clear slots inject it on request.
/// </summary>
public interface INoiseModel
{
    /// <summary>Noise of a fresh encryption at a level.</summary>
    double Fresh(int level);

    /// <summary>Noise of a rescale that ends at a level.</summary>
    double Rescale(int level);

    /// <summary>Noise of one key switch (relinearization or rotation) at a level.</summary>
    double KeySwitch(int level);

    /// <summary>What the evaluation of a plan adds in a slot, beside what it makes of its argument's own noise.</summary>
    /// <param name="plan">The polynomial.</param>
    /// <param name="level">Level of the argument.</param>
    /// <param name="argument">The slot's value, in [-1, 1].</param>
    double Polynomial(PolynomialPlan plan, int level, double argument);
}

/// <summary>
/// Adds Gaussian noise of a model's size to clear vectors. Samples come from one large table at random offsets: noise of two
/// vectors may overlap, which does not matter to its size, and drawing is as cheap as adding.
/// </summary>
internal sealed class NoiseInjector
{
    private const int TableSize = 1 << 20;
    private readonly INoiseModel _model;
    private readonly float[] _table = new float[TableSize];
    private readonly int _seed;
    private readonly ConcurrentDictionary<(PolynomialPlan Plan, int Level), double[]> _polynomials = new();

    public NoiseInjector(INoiseModel model, int seed)
    {
        _model = model;
        _seed = seed;
        var random = new Random(seed);
        for (var i = 0; i < TableSize; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * random.NextDouble());
            _table[i] = (float)(radius * cosine);
            _table[i + 1] = (float)(radius * sine);
        }
    }

    /// <summary>
    /// Noise of a polynomial's evaluation, which depends on the argument: between points cos(k pi / n), n four times the degree, so that
    /// no oscillation of the polynomial is missed, its size is interpolated.
    /// </summary>
    /// <param name="result">The polynomial's values.</param>
    /// <param name="argument">Arguments of the plan, which are taken to lie in [-1, 1].</param>
    /// <param name="level">Level of the argument.</param>
    /// <param name="plan">The polynomial.</param>
    /// <param name="draw">Equal draws are equal noise.</param>
    public void AddPolynomial(Span<double> result, ReadOnlySpan<double> argument, int level, PolynomialPlan plan, ulong draw)
    {
        var steps = 4 * plan.Degree;
        var deviations = _polynomials.GetOrAdd((plan, level), key =>
            [.. Enumerable.Range(0, steps + 1).Select(k => _model.Polynomial(key.Plan, key.Level, Math.Cos(Math.PI * k / steps)))]);
        var offset = OffsetOf(draw, result.Length);
        for (var i = 0; i < result.Length; i++)
        {
            var place = Math.Acos(Math.Clamp(argument[i], -1, 1)) / Math.PI * steps;
            var below = Math.Min((int)place, steps - 1);
            result[i] += (deviations[below] + (place - below) * (deviations[below + 1] - deviations[below])) * _table[offset + i];
        }
    }

    /// <summary>Adds noise of a standard deviation; equal draws are equal noise.</summary>
    public void Add(Span<double> values, double standardDeviation, ulong draw)
    {
        var offset = OffsetOf(draw, values.Length);
        for (var i = 0; i < values.Length; i++)
            values[i] += standardDeviation * _table[offset + i];
    }

    private int OffsetOf(ulong draw, int length) => (int)(((draw + (ulong)_seed) * 0x9E3779B97F4A7C15 >> 32) % (ulong)(TableSize - length));
}
