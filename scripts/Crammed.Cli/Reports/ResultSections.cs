using System.Globalization;

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

/// <summary>Sections on what came out, beside what plaintext gives.</summary>
internal static class ResultSections
{
    /// <summary>How many standard errors the score after encrypted training may be from that of plaintext training.</summary>
    private const double ToleratedErrors = 1;

    public static string Losses(IReadOnlyList<LossStep> steps, EncryptionFacts encryption)
    {
        var table = new MarkdownTable("step>", "encrypted loss>", "plaintext loss>", "difference>", "bound>", "within");
        foreach (var step in steps)
        {
            table.AddRow(
                step.Step.ToString(CultureInfo.InvariantCulture),
                NumberText.Loss(step.Encrypted),
                NumberText.Loss(step.Plaintext),
                NumberText.Magnitude(step.Difference),
                NumberText.Magnitude(step.Bound(encryption.RoundingError)),
                step.IsWithinBound(encryption.RoundingError) ? "yes" : "**no**");
        }
        return $"{table}\n![loss by step]({LossPlots.Loss})\n\n![difference by step and its bound]({LossPlots.Difference})\n\n"
            + $"{BoundInWords(steps, encryption)}\n\n{Verdict(steps, encryption)}\n";
    }

    public static string Adapters(IReadOnlyList<TensorDifference> tensors)
    {
        var table = new MarkdownTable("tensor", "largest difference>", "largest value>");
        foreach (var tensor in tensors)
            table.AddRow(tensor.Tensor, NumberText.Magnitude(tensor.LargestDifference), NumberText.Magnitude(tensor.LargestValue));
        return $"Trained tensors of the encrypted run less those of the run in plaintext, and the latter's largest value for scale.\n\n{table}";
    }

    public static string Scores(string task, ScoreComparison scores)
    {
        var trained = "after encrypted training";
        const string InPlaintext = "after plaintext training";
        var table = new MarkdownTable("weights", $"{scores.Before.Metric}>", "chance>");
        (string Weights, Score Score)[] rows =
            [("before training", scores.Before), (trained, scores.Encrypted), (InPlaintext, scores.Plaintext)];
        foreach (var (weights, score) in rows)
            table.AddRow(weights, NumberText.Score(score.Value, score.StandardError), NumberText.Score(score.Chance));
        var gained = ScoreComparison.InStandardErrors(scores.Encrypted, scores.Before);
        var apart = ScoreComparison.InStandardErrors(scores.Encrypted, scores.Plaintext);
        return $"{scores.Before.Metric} with its standard error on the {NumberText.Count(scores.Examples)} examples of {task} for "
            + $"evaluation.\n\n{table}\nEncrypted training moved the score by {NumberText.Signed(gained)} standard "
            + $"errors; it is {NumberText.Signed(apart)} standard errors from that of plaintext training "
            + $"(tolerance: {ToleratedErrors}, {(Math.Abs(apart) <= ToleratedErrors ? "kept" : "not kept")}). (Errors are added as if "
            + "independent; the examples are the same, so the true error of a difference is smaller.)\n"
            + NearChance(trained, scores.Encrypted)
            + NearChance(InPlaintext, scores.Plaintext);
    }

    public static string Evaluation(EncryptedEvaluation? evaluation)
    {
        if (evaluation is null)
            return "None was run.\n";
        var classes = evaluation.AgreeingClasses is { } agreeing
            ? $"On {NumberText.Count(evaluation.Examples)} examples the predicted class agreed with plaintext evaluation of the same "
                + $"adapters for {NumberText.Count(agreeing)}. "
            : $"{NumberText.Count(evaluation.Examples)} examples were scored. ";
        return $"{classes}The largest difference of an encrypted output from plaintext was "
            + $"{NumberText.Magnitude(evaluation.LargestLogitDifference)}.\n";
    }

    private static string BoundInWords(IReadOnlyList<LossStep> steps, EncryptionFacts encryption)
    {
        var runs = steps.Min(step => step.NoisyCircuit.Count);
        double gap = steps.Max(step => step.ApproximationGap), deviation = steps.Max(step => step.NoiseDeviation);
        return "The run in plaintext is the same draw in float64 with the exact functions. The bound of a step adds the approximation gap "
            + $"(the loss of the same circuit with its polynomials on clear slots, less the plaintext one; up to {NumberText.Magnitude(gap)}), "
            + $"{NumberText.Count(LossStep.NoiseDeviations)} standard deviations of the loss over {runs} clear runs with the estimated "
            + $"noise injected (up to {NumberText.Magnitude(LossStep.NoiseDeviations * deviation)}), "
            + $"and what rounding the released logits can change ({NumberText.Magnitude(encryption.RoundingError)}).";
    }

    private static string Verdict(IReadOnlyList<LossStep> steps, EncryptionFacts encryption)
    {
        var outside = steps.Where(step => !step.IsWithinBound(encryption.RoundingError)).ToList();
        if (outside.Count == 0)
            return $"All {steps.Count} steps lie within their bound.";
        var worst = outside.MaxBy(step => Math.Abs(step.Difference) - step.Bound(encryption.RoundingError))!;
        return $"**{outside.Count} of {steps.Count} steps lie outside their bound**, step {worst.Step} by the most: a difference of "
            + $"{NumberText.Magnitude(worst.Difference)} against {NumberText.Magnitude(worst.Bound(encryption.RoundingError))}. "
            + "Approximation and the estimated noise do not explain it.";
    }

    private static string NearChance(string when, Score score) => score.IsNearChance
        ? $"\n**The score {when} is not more than {NumberText.Count(Score.NearChanceErrors)} standard errors above chance "
            + $"({NumberText.Score(score.Chance)}): it is no evidence of learning the task.**\n"
        : "";
}
