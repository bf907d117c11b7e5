using System.Collections.Concurrent;
using Crammed.Approximation;
using Crammed.Ckks;

namespace Crammed.Encrypted.Backends;

/// <summary>The engine's noise estimates at the canonical scales.</summary>
public sealed class CkksNoiseModel(CkksParameters parameters) : INoiseModel
{
    private readonly NoiseEstimator _estimator = new(parameters);

    public double Fresh(int level) => _estimator.FreshSymmetric(parameters.ScaleAt(level));

    public double Rescale(int level) => _estimator.Rescale(parameters.ScaleAt(level));

    public double Polynomial(PolynomialPlan plan, int level, double argument) =>
        _estimator.Polynomial(plan, level, parameters.ScaleAt(level), argument, error: 0);

    public double KeySwitch(int level) => _estimator.KeySwitch(level, parameters.ScaleAt(level));
}

/// <summary>
/// Standard deviations, in slot values, of the noise that operations add on ciphertexts. The clear backend injects it on request.
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
    private long _draws;

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

    public void AddFresh(ClearVector vector) => Add(vector, _model.Fresh(vector.Level));

    /// <summary>Also for a relinearized product: its key switch happens at the squared scale, so the rescale divides that noise away.</summary>
    public void AddRescale(ClearVector vector) => Add(vector, _model.Rescale(vector.Level));

    public void AddKeySwitch(ClearVector vector) => Add(vector, _model.KeySwitch(vector.Level));

    /// <summary>
    /// Noise of a polynomial's evaluation, which depends on the argument: between points cos(k pi / n), n four times the degree, so that
    /// no oscillation of the polynomial is missed, its size is interpolated.
    /// </summary>
    /// <param name="result">The polynomial's values.</param>
    /// <param name="argument">Arguments of the plan, which are taken to lie in [-1, 1].</param>
    /// <param name="plan">The polynomial.</param>
    public void AddPolynomial(ClearVector result, ClearVector argument, PolynomialPlan plan) =>
        AddPolynomial(result.Values, argument.Values, argument.Level, plan, NextDraw());

    /// <summary>As above, with the noise of a draw that the caller names.</summary>
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

    private void Add(ClearVector vector, double standardDeviation) => Add(vector.Values, standardDeviation, NextDraw());

    private ulong NextDraw() => (ulong)Interlocked.Increment(ref _draws);

    private int OffsetOf(ulong draw, int length) => (int)(((draw + (ulong)_seed) * 0x9E3779B97F4A7C15 >> 32) % (ulong)(TableSize - length));
}
