using System.Globalization;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Reports;

/// <summary>Sections on what came out, beside what plaintext gives.</summary>
internal static class ResultSections
{
    /// <summary>How many standard errors the score after encrypted training may be from that of plaintext training.</summary>
    private const double ToleratedErrors = 1;

    public static string Losses(IReadOnlyList<LossStep> steps, EncryptionFacts encryption)
    {
        var (hasBounds, hasCircuit) = (steps.All(step => step.HasBound), steps.All(step => step.ClearCircuit is not null));
        string[] columns = ["step>", $"{encryption.RunName} loss>", "plaintext loss>", "difference>"];
        if (hasBounds)
            columns = [.. columns, "bound>", "within"];
        if (hasCircuit)
            columns = [.. columns, "from clear slots>"];
        var table = new MarkdownTable(columns);
        foreach (var step in steps)
        {
            List<string> cells =
            [
                step.Step.ToString(CultureInfo.InvariantCulture), NumberText.Loss(step.Encrypted), NumberText.Loss(step.Plaintext),
                NumberText.Magnitude(step.Difference),
            ];
            if (hasBounds)
            {
                cells.Add(NumberText.Magnitude(step.Bound(encryption.RoundingError)));
                cells.Add(step.IsWithinBound(encryption.RoundingError) ? "yes" : "**no**");
            }
            if (hasCircuit)
                cells.Add(NumberText.Magnitude(step.CircuitDifference));
            table.AddRow(cells);
        }
        return $"{table}\n![gap by step and its bound]({ReportPlots.Gap})\n\n![loss by step]({ReportPlots.Loss})\n\n"
            + "The run in plaintext is the same draw in float64 with the exact functions. "
            + (hasBounds ? $"{BoundInWords(steps, encryption)}\n\n{Verdict(steps, encryption)}\n" : NoBound(encryption));
    }

    public static string Adapters(IReadOnlyList<TensorDifference> tensors)
    {
        var table = new MarkdownTable("tensor", "largest difference>", "largest value>");
        foreach (var tensor in tensors)
            table.AddRow(tensor.Tensor, NumberText.Magnitude(tensor.LargestDifference), NumberText.Magnitude(tensor.LargestValue));
        return $"Trained tensors of the run less those of the run in plaintext, and the latter's largest value for scale.\n\n{table}";
    }

    public static string Scores(string task, ScoreComparison scores, EncryptionFacts encryption)
    {
        var trained = $"after {(encryption.RunName == "encrypted" ? "encrypted training" : $"training on {encryption.RunName}")}";
        const string InPlaintext = "after plaintext training";
        var table = ScoreTable(
            "weights", ("before training", scores.Before), (trained, scores.Encrypted), (InPlaintext, scores.Plaintext));
        var gained = ScoreComparison.InStandardErrors(scores.Encrypted[0], scores.Before[0]);
        var apart = ScoreComparison.InStandardErrors(scores.Encrypted[0], scores.Plaintext[0]);
        return $"Scores in plaintext with their standard errors, on the {NumberText.Count(scores.Examples)} examples of {task} for "
            + $"evaluation.\n\n{table}\nTraining moved {scores.Before[0].Metric} by {NumberText.Signed(gained)} standard "
            + $"errors; it is {NumberText.Signed(apart)} standard errors from that of plaintext training "
            + $"(tolerance: {ToleratedErrors}, {(Math.Abs(apart) <= ToleratedErrors ? "kept" : "not kept")}). (Errors are added as if "
            + "independent; the examples are the same, so the true error of a difference is smaller.)\n"
            + (ReportPlots.HasScores(scores) ? $"\n![score by step]({ReportPlots.Scores})\n" : "")
            + NearChance(trained, scores.Encrypted[0])
            + NearChance(InPlaintext, scores.Plaintext[0]);
    }

    public static string Evaluation(EncryptedEvaluation? evaluation, EncryptionFacts encryption)
    {
        if (evaluation is null)
            return "None was run.\n";
        var classes = evaluation.AgreeingClasses is { } agreeing
            ? $"On {NumberText.Count(evaluation.Examples)} examples the predicted class agreed with plaintext evaluation of the same "
                + $"adapters for {NumberText.Count(agreeing)}. "
            : $"{NumberText.Count(evaluation.Examples)} examples were scored. ";
        var scores = evaluation.Encrypted.Count > 0
            ? $"\n{ScoreTable("evaluated", (On(encryption), evaluation.Encrypted), ("in plaintext", evaluation.Plaintext))}"
            : "";
        return $"{classes}The largest difference of an output from plaintext was "
            + $"{NumberText.Magnitude(evaluation.LargestLogitDifference)}.\n{scores}";
    }

    /// <summary>A row for each list of scores, a column for each metric and its chance level.</summary>
    private static MarkdownTable ScoreTable(string what, params IReadOnlyList<(string Name, IReadOnlyList<Score> Scores)> rows)
    {
        var table = new MarkdownTable([what, .. rows[0].Scores.SelectMany(score => new[] { $"{score.Metric}>", "chance>" })]);
        foreach (var (name, scores) in rows)
        {
            table.AddRow([name, .. scores.SelectMany(score => new[]
            {
                NumberText.Score(score.Value, score.StandardError), NumberText.Score(score.Chance),
            })]);
        }
        return table;
    }

    private static string BoundInWords(IReadOnlyList<LossStep> steps, EncryptionFacts encryption)
    {
        var runs = steps.Min(step => step.NoisyCircuit.Count);
        double gap = steps.Max(step => step.ApproximationGap), deviation = steps.Max(step => step.NoiseDeviation);
        return "The bound of a step adds the approximation gap "
            + $"(the loss of the same circuit with its polynomials on clear slots, less the plaintext one; up to {NumberText.Magnitude(gap)}), "
            + $"{NumberText.Count(LossStep.NoiseDeviations)} standard deviations of the loss over {runs} clear runs with the estimated "
            + $"noise injected (up to {NumberText.Magnitude(LossStep.NoiseDeviations * deviation)}), "
            + $"and what rounding the released logits can change ({NumberText.Magnitude(encryption.RoundingError)}).";
    }

    private static string On(EncryptionFacts encryption) =>
        encryption.Mode == FheMode.Execute ? "on ciphertexts" : $"on {encryption.RunName}";

    private static string NoBound(EncryptionFacts encryption) => encryption.Mode == FheMode.Execute
        ? "No bound was computed: that takes clear runs with noise (noise_runs).\n"
        : "\n";

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
