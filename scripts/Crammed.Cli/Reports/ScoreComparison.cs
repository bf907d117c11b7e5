namespace Crammed.Cli.Reports;

/// <summary>The task's metrics on the evaluation split, by weights; of each list the first is the one that the task is judged by.</summary>
/// <param name="Examples">Examples in the split.</param>
/// <param name="Before">Of the draw's untrained adapters and head.</param>
/// <param name="Encrypted">After the run reported on.</param>
/// <param name="Plaintext">After training in plaintext.</param>
internal sealed record ScoreComparison(
    int Examples, IReadOnlyList<Score> Before, IReadOnlyList<Score> Encrypted, IReadOnlyList<Score> Plaintext)
{
    /// <summary>The main metric after some steps of the plaintext run; none where it was not taken on the way.</summary>
    public IReadOnlyList<(int Step, double Value)> BySteps { get; init; } = [];

    /// <summary>A difference of two scores in units of sqrt(e1^2 + e2^2); 0 for equal scores, NaN where no error is known.</summary>
    public static double InStandardErrors(Score score, Score from)
    {
        var difference = score.Value - from.Value;
        var error = Math.Sqrt((score.StandardError * score.StandardError) + (from.StandardError * from.StandardError));
        return difference == 0 ? 0 : error == 0 ? double.NaN : difference / error;
    }
}
