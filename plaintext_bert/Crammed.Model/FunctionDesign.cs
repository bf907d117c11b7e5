using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>An approximation as tables show it.</summary>
/// <param name="Name">Layer and tensor it is applied to.</param>
/// <param name="Function">What it approximates.</param>
/// <param name="Argument">What it is evaluated at.</param>
/// <param name="Degree">Its degree; of a composite, those of its stages.</param>
/// <param name="Approximation">Depth (levels) and products of two ciphertexts.</param>
/// <param name="Domain">Where it may be evaluated.</param>
/// <param name="Error">Absolute errors on the domain; null for a trained-in kernel, which approximates nothing.</param>
public sealed record FunctionDesign(
    string Name,
    string Function,
    string Argument,
    string Degree,
    IApproximation Approximation,
    Interval Domain,
    ApproximationReport? Error);
