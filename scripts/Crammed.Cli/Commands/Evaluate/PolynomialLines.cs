using System.Globalization;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary>What <c>crammed evaluate functions=polynomial</c> shows.</summary>
internal static class PolynomialLines
{
    public static ResultLines Of(PolynomialOutcome outcome, double? noiseBits, string folder)
    {
        var lines = new ResultLines()
            .Add("task", $"{outcome.Exact.Task.Name}, {NumberText.Count(outcome.Exact.Examples)} examples for evaluation");
        foreach (var (exact, polynomial) in outcome.Exact.Scores.Zip(outcome.Polynomial.Scores))
        {
            lines.Add(
                exact.Metric, $"{NumberText.Score(exact.Value, exact.StandardError)} with the true functions, "
                + $"{NumberText.Score(polynomial.Value, polynomial.StandardError)} with polynomials "
                + $"(chance: {NumberText.Score(exact.Chance)})");
        }
        var noise = noiseBits is { } bits ? string.Create(CultureInfo.InvariantCulture, $", noise of 2^-{bits:G4} a product") : "";
        var unanswered = outcome.Unanswered == 0 ? "" : $"; examples without a finite answer: {NumberText.Count(outcome.Unanswered)}";
        lines.Add(
            "logits",
            string.Create(CultureInfo.InvariantCulture, $"largest difference {outcome.LargestLogitDifference:G3}{noise}{unanswered}"));
        var arguments = outcome.Functions.Designs().ToDictionary(design => design.Name, design => design.Argument);
        foreach (var use in outcome.Domains)
        {
            var outside = use.Outside == 0
                ? ""
                : $"; {NumberText.Count(use.Outside)} of {NumberText.Count(use.Values)} values outside";
            var observed = string.Create(CultureInfo.InvariantCulture, $"{use.Minimum:G4} to {use.Maximum:G4}");
            var domain = string.Create(CultureInfo.InvariantCulture, $"[{use.Domain.Low:G4}, {use.Domain.High:G4}]");
            lines.Add(use.Name, $"{observed} in {domain} ({arguments[use.Name]}){outside}");
        }
        return lines
            .Add("files", $"{folder}/{StageFiles.Ranges}, {CheckpointFiles.Calibration}, {StageFiles.PolynomialPredictions}, "
                + $"{StageFiles.PolynomialMetrics}, {StageFiles.Predictions}, {StageFiles.Metrics}");
    }
}
