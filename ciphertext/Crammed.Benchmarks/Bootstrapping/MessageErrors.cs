using System.Numerics;
using Crammed.Ckks;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>
/// Errors of bootstraps of one kind of message, relative to the range: the parts of all N/2 slots as they decrypt, also where slots repeat,
/// and the coefficients of the polynomial that they decode from.
/// </summary>
/// <param name="slotCount">N/2</param>
/// <param name="range">what errors are divided by: the bound of real and imaginary parts</param>
public sealed unsafe class MessageErrors(int slotCount, double range)
{
    private readonly SpecialFourierTransform _transform = new(slotCount, EmbeddingKernels.OfWidth(VectorKernels.Default.Width));
    private readonly List<double> _real = [];
    private readonly List<double> _imaginary = [];
    private readonly List<double> _coefficients = [];

    /// <summary>Adds the errors of a bootstrap.</summary>
    /// <param name="actual">N/2 slots as they came back</param>
    /// <param name="expected">as they were encrypted</param>
    public void Add(ReadOnlySpan<Complex> actual, ReadOnlySpan<Complex> expected)
    {
        if (actual.Length != slotCount || expected.Length != slotCount)
            throw new ArgumentException($"{actual.Length} and {expected.Length} slots; there are {slotCount}");
        // Real parts, then imaginary ones.
        var errors = new double[2 * slotCount];
        for (var i = 0; i < slotCount; i++)
        {
            var error = (actual[i] - expected[i]) / range;
            (errors[i], errors[slotCount + i]) = (error.Real, error.Imaginary);
        }
        _real.AddRange(errors.AsSpan(0, slotCount));
        _imaginary.AddRange(errors.AsSpan(slotCount));
        var coefficients = new double[2 * slotCount];
        fixed (double* from = errors, to = coefficients)
            _transform.FromSlots(to, from, slotCount);
        _coefficients.AddRange(coefficients.Select(coefficient => coefficient / slotCount));
    }

    /// <summary>The distributions of what was added, one bootstrap at least.</summary>
    public MessagePrecision Summarize(BootstrapMessageKind kind) => new(
        kind,
        ErrorDistribution.Of([.. _real, .. _imaginary]),
        ErrorDistribution.Of(_real),
        ErrorDistribution.Of(_imaginary),
        ErrorDistribution.Of(_coefficients));
}

/// <summary>Errors of bootstraps of one kind of message, relative to the range.</summary>
/// <param name="Message">the kind</param>
/// <param name="Slots">of real and imaginary parts of slots together</param>
/// <param name="Real">of real parts</param>
/// <param name="Imaginary">of imaginary parts</param>
/// <param name="Coefficients">of the decoded error's N coefficients over the scale: sqrt(2/N) times those of slots in the root mean
/// square</param>
public sealed record MessagePrecision(
    BootstrapMessageKind Message, ErrorDistribution Slots, ErrorDistribution Real, ErrorDistribution Imaginary,
    ErrorDistribution Coefficients)
{
    /// <summary>Each distribution with its name.</summary>
    public IEnumerable<(string Name, ErrorDistribution Errors)> Parts() =>
        [("slots", Slots), ("real", Real), ("imaginary", Imaginary), ("coefficients", Coefficients)];
}
