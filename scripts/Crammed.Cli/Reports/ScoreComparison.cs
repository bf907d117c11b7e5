namespace Crammed.Cli.Reports;

/// <summary>The task's main metric on the evaluation split, by weights.</summary>
/// <param name="Examples">Examples in the split.</param>
/// <param name="Before">Of the draw's untrained adapters and head.</param>
/// <param name="Encrypted">After the run reported on.</param>
/// <param name="Plaintext">After training in plaintext.</param>
internal sealed record ScoreComparison(int Examples, Score Before, Score Encrypted, Score Plaintext)
{
    /// <summary>A difference of two scores in units of sqrt(e1^2 + e2^2); 0 for equal scores, NaN where no error is known.</summary>
    public static double InStandardErrors(Score score, Score from)
    {
        var difference = score.Value - from.Value;
        var error = Math.Sqrt((score.StandardError * score.StandardError) + (from.StandardError * from.StandardError));
        return difference == 0 ? 0 : error == 0 ? double.NaN : difference / error;
    }
}
