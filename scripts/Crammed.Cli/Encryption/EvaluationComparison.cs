using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Encryption;

/// <summary>Logits of ciphertexts beside those of the same adapters in plaintext.</summary>
internal static class EvaluationComparison
{
    /// <param name="encrypted">[example][class], of the first examples of the split.</param>
    /// <param name="plaintext">Of the whole split.</param>
    public static EncryptedEvaluation Of(IReadOnlyList<double[]> encrypted, EvaluateOutcome plaintext)
    {
        var same = Like(plaintext.Predictions, [.. plaintext.Predictions.Logits.Take(encrypted.Count)]);
        return EncryptedEvaluation.Of(encrypted, same.Logits) with
        {
            Encrypted = plaintext.With(Like(same, [.. encrypted])).Scores,
            Plaintext = plaintext.With(same).Scores,
        };
    }

    private static Predictions Like(Predictions predictions, double[][] logits) =>
        new(logits, predictions.Labels[..logits.Length], predictions.Classes);
}
