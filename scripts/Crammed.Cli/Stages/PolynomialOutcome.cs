using Crammed.Bert;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What an evaluation by polynomials found.</summary>
/// <param name="Exact">With the true functions.</param>
/// <param name="Polynomial">With polynomials.</param>
/// <param name="LargestLogitDifference">Between the two.</param>
/// <param name="Unanswered">Examples without a finite answer by polynomials.</param>
/// <param name="Functions">The polynomials.</param>
/// <param name="Domains">How their arguments lay in their domains.</param>
internal sealed record PolynomialOutcome(
    EvaluateOutcome Exact, EvaluateOutcome Polynomial, double LargestLogitDifference, int Unanswered, ModelFunctions Functions,
    IReadOnlyList<DomainUse> Domains)
{
    /// <summary>Values outside their domains.</summary>
    public long Outside => Domains.Sum(use => use.Outside);
}
