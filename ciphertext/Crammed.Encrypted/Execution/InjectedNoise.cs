using Crammed.Approximation;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Gaussian noise of a model's size for programs on clear slots: the same for a seed, whatever the threads.</summary>
/// <remarks>
/// Left out: what vectors that share a bootstrap have in their imaginary parts, which ends in the other one (<see cref="NoiseEstimate"/>
/// counts it), and the distribution of noise over slots, which on ciphertexts has heavier tails.
/// </remarks>
public sealed class InjectedNoise
{
    private readonly InstructionNoise _model;
    private readonly NoiseInjector _injector;
    private readonly bool _isImaginary;
    private long _verbs;

    /// <param name="model">how large the noise is</param>
    /// <param name="seed">of the noise</param>
    /// <param name="isImaginary">
    /// for errors of imaginary parts rather than of slots: public slots are real, and so are the roundings of their encodings
    /// </param>
    public InjectedNoise(InstructionNoise model, int seed, bool isImaginary = false)
    {
        (_model, _isImaginary) = (model, isImaginary);
        _injector = new NoiseInjector(model, seed);
    }

    /// <summary>The noise of the next verb, whose jobs may run in any order.</summary>
    internal VerbNoise NextVerb() => new(_model, _injector, (ulong)Interlocked.Increment(ref _verbs) << 32, _isImaginary);
}

/// <summary>Noise of the jobs of one verb. Levels are those of operands unless said otherwise.</summary>
/// <param name="Model">how large</param>
/// <param name="Injector">draws it</param>
/// <param name="FirstDraw">draws of other verbs are more than all jobs away</param>
/// <param name="IsImaginary">whether encodings are exact</param>
internal readonly record struct VerbNoise(InstructionNoise Model, NoiseInjector Injector, ulong FirstDraw, bool IsImaginary)
{
    public void Fresh(int job, double[] values, int level) => Add(job, values, Model.Fresh(level));

    /// <param name="job">which</param>
    /// <param name="values">the result</param>
    /// <param name="level">the result's level</param>
    public void Rescale(int job, double[] values, int level) => Add(job, values, Model.Rescale(level));

    public void PublicSum(int job, double[] values, int level, IReadOnlyList<PublicSlots> constants)
    {
        var model = Model;
        if (constants.Count > 0 && !IsImaginary)
            Add(job, values, Math.Sqrt(constants.Sum(slots => Squared(model.Encoding(slots, level)))));
    }

    public void Product(int job, double[] values, int level) => Add(job, values, Model.Product(level));

    public void Masked(int job, double[] values, int level, IReadOnlyList<(double Rms, PublicSlots Mask)> terms)
    {
        // Nothing times zero has no error, not even of the rescale.
        if (terms.All(term => term.Mask.Value == 0))
            return;
        var model = Model;
        var encodings = IsImaginary ? 0 : terms.Sum(term => Squared(term.Rms * model.Encoding(term.Mask, level)));
        Add(job, values, Math.Sqrt(encodings + Squared(model.Rescale(level - 1))));
    }

    public void PlainProducts(int job, double[] values, int level, IEnumerable<double> rms)
    {
        var encoding = IsImaginary ? 0 : Model.Encoding(level);
        Add(job, values, Math.Sqrt(rms.Sum(value => Squared(value * encoding)) + Squared(Model.Rescale(level - 1))));
    }

    /// <summary>Rotations that are summed, those by zero not counted.</summary>
    public void Rotations(int job, double[] values, int level, int count)
    {
        if (count > 0)
            Add(job, values, Model.SumOfRotations(level, count));
    }

    public void LinearMap(int job, double[] values, int level, LinearMapNoise map, int output, double[] rms) =>
        Add(job, values, IsImaginary ? map.AddedImaginary(Model, level, output) : map.Added(Model, level, output, rms));

    /// <summary>Noise of the domain's map onto [-1, 1], added to its result.</summary>
    /// <returns>the arguments with it</returns>
    public double[] PolynomialArgument(int job, double[] unit, int level, ChebyshevPolynomial polynomial)
    {
        if (polynomial.AffineDepth > 0)
            Add(job, unit, Model.Rescale(level - 1));
        return [.. unit];
    }

    public void Polynomial(int job, double[] values, double[] unit, int level, ChebyshevPolynomial polynomial) =>
        Injector.AddPolynomial(values, unit, level - polynomial.AffineDepth, polynomial.Plan, Draw(job) + 1);

    /// <param name="job">which</param>
    /// <param name="values">the result</param>
    /// <param name="level">the result's level</param>
    /// <param name="range">its range</param>
    /// <param name="method">by whom</param>
    public void Refresh(int job, double[] values, int level, double range, RefreshMethod method) =>
        Add(job, values, method == RefreshMethod.Bootstrap ? Model.Bootstrap(range) : Model.Fresh(level));

    private void Add(int job, double[] values, double standardDeviation) => Injector.Add(values, standardDeviation, Draw(job));

    private ulong Draw(int job) => FirstDraw + 2 * (ulong)job;

    private static double Squared(double value) => value * value;
}
