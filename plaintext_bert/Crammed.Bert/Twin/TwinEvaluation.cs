namespace Crammed.Bert;

/// <summary>What a model answers by polynomials.</summary>
/// <param name="Predictions">Logits and labels.</param>
/// <param name="Domains">How the polynomials' arguments lay in their domains, in the order of the pass.</param>
public sealed record TwinEvaluation(Predictions Predictions, IReadOnlyList<DomainUse> Domains)
{
    /// <summary>Largest difference of a logit from those of the true functions; NaN if one is not a number.</summary>
    public double LargestLogitDifference(Predictions exact)
    {
        ArgumentNullException.ThrowIfNull(exact);
        // Not Max(), which passes over what is not a number.
        return Predictions.Logits.Zip(exact.Logits).SelectMany(pair => pair.First.Zip(pair.Second, (a, b) => Math.Abs(a - b)))
            .Aggregate(0.0, Math.Max);
    }
}
