namespace Crammed.Bert;

/// <summary>What a model answers by polynomials.</summary>
/// <param name="Predictions">Logits and labels.</param>
/// <param name="Domains">How the polynomials' arguments lay in their domains, in the order of the pass.</param>
public sealed record TwinEvaluation(Predictions Predictions, IReadOnlyList<DomainUse> Domains)
{
    /// <summary>Examples with a logit that is not finite: values so far outside that ciphertexts would hold garbage.</summary>
    public int Unanswered => Predictions.Logits.Count(logits => !logits.All(double.IsFinite));

    /// <summary>Largest difference of a logit from those of the true functions, over the answered examples.</summary>
    public double LargestLogitDifference(Predictions exact)
    {
        ArgumentNullException.ThrowIfNull(exact);
        return Predictions.Logits.Zip(exact.Logits).Where(pair => pair.First.All(double.IsFinite))
            .SelectMany(pair => pair.First.Zip(pair.Second, (a, b) => Math.Abs(a - b))).DefaultIfEmpty(0).Max();
    }
}
