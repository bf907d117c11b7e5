using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>An approximation as tables show it.</summary>
/// <param name="Name">Layer and tensor it is applied to.</param>
/// <param name="Function">What it approximates.</param>
/// <param name="Degree">Its degree; of a composite, those of its stages.</param>
/// <param name="Approximation">Domain, depth (levels) and products of two ciphertexts.</param>
/// <param name="Error">
/// Absolute errors on the domain. For a trained-in polynomial kernel, which nothing is approximated by, the distance from exp all the same.
/// </param>
public sealed record FunctionDesign(
    string Name, string Function, string Degree, IApproximation Approximation, ApproximationReport Error);
