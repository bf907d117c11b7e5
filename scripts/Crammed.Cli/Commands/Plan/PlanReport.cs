using Crammed.Cli.Reports;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Cli.Commands.Plan;

/// <summary>A plan in words and tables, in Markdown: plan.md, and what the command prints.</summary>
internal static class PlanReport
{
    public static string Text(PlanInput input, PlanFigures figures, ProgramPlan evaluation, PlanCalibration calibration, string programHash)
    {
        var (grid, schedule) = (input.Program.Grid, figures.Plan.Schedule);
        var isEvaluation = input.Programs.IsEvaluationAlone;
        return $"# Plan of an encrypted {input.Unit}\n\n"
            + $"{Model(input)}, {grid}, {input.Parameters.Name} with {input.Costs.RefreshedLevel} usable levels, refreshed by "
            + $"{(input.Method == RefreshMethod.Bootstrap ? "bootstrapping" : "the key holder")}. "
            + $"Costs: {input.Table.Machine}, {input.Table.Threads} threads.\n"
            + $"Calibrated on {calibration.Source}.\n\n"
            + Totals(input, figures)
            + $"\n## By part\n\n{Parts(input, figures)}"
            + $"\n## By operation\n\n{Operations(input, figures)}"
            + (isEvaluation ? "" : $"\n## Beside the paper\n\n{LayerWork.Table(schedule, input.Costs, input.StepExamples)}")
            + $"\n## Instructions\n\n{Instructions(figures)}"
            + $"\n## Memory and disk\n\n{Memory(figures)}\nOn disk: {NumberText.Count(figures.Keys.Keys.Count)} evaluation keys, "
            + $"{NumberText.Bytes(figures.Keys.FileBytes)}; a step's inputs, {NumberText.Count(figures.InputVectors)} ciphertexts, "
            + $"{NumberText.Bytes(figures.InputBytes)}.\n"
            + $"\n## How it was planned\n\n{Lines(figures.Plan)}"
            + (isEvaluation ? "" : $"\n## Evaluation of a batch\n\n{Lines(evaluation)}")
            + $"\nProgram before levels: SHA-256 {programHash}. Training: {ProgramWriter.Hash(figures.Plan.Program)}. "
            + $"Evaluation: {ProgramWriter.Hash(evaluation.Program)}.\n";

        static string Lines(ProgramPlan plan) => string.Concat(plan.Log.Select(line => $"- {line}\n"));

        string Totals(PlanInput planned, PlanFigures all)
        {
            var table = new MarkdownTable("refreshes", "a step>", "an example>", "refreshes>", "in them>");
            foreach (var (name, each) in new[] { ("when out of levels", all.Baseline), ("as placed", schedule) })
            {
                table.AddRow(
                    name, NumberText.Seconds(each.Milliseconds / 1000), NumberText.Seconds(each.Milliseconds / 1000 / planned.StepExamples),
                    NumberText.Count(each.RefreshCount), NumberText.Seconds(each.RefreshMilliseconds / 1000));
            }
            // Placement leaves out what lowering, storing and remaking cost, and that ranges far apart do not share a bootstrap.
            var seconds = all.Plan.Milliseconds / 1000;
            return table.AddRow("as it runs", NumberText.Seconds(seconds), NumberText.Seconds(seconds / planned.StepExamples), "", "").ToString();
        }
    }

    private static string Model(PlanInput input)
    {
        var shape = input.Model.Shape;
        return FormattableString.Invariant(
            $"{shape.Layers} x {shape.Hidden} with {shape.Heads} heads, gate {shape.GateWidth}, ")
            + FormattableString.Invariant($"head {shape.HeadProjection} -> {shape.HeadHidden}, adapters of rank {shape.Rank}; {input.StepExamples} examples a step");
    }

    private static MarkdownTable Parts(PlanInput input, PlanFigures figures)
    {
        var table = new MarkdownTable(
            "part", "instructions>", "levels>", "refreshed vectors>", "computing>", "refreshing>", "an example>", "signal, bits>",
            "least in");
        foreach (var part in figures.Parts)
        {
            table.AddRow(
                part.Name, NumberText.Count(part.Instructions), $"{part.Levels.Highest} to {part.Levels.Lowest}",
                NumberText.Count(part.RefreshedVectors), NumberText.Seconds(part.ComputeSeconds), NumberText.Seconds(part.RefreshSeconds),
                NumberText.Seconds(part.Seconds / input.StepExamples), part.SignalBits is { } bits ? NumberText.Fixed(bits, 1) : "none",
                part.Noisiest);
        }
        return table;
    }

    private static MarkdownTable Operations(PlanInput input, PlanFigures figures)
    {
        var table = new MarkdownTable("operation", "count>", "a step>", "an example>");
        foreach (var (operation, count, seconds) in figures.Operations)
        {
            table.AddRow(
                CostTableText.NameOf(operation), NumberText.Count(count), NumberText.Seconds(seconds),
                NumberText.Seconds(seconds / input.StepExamples));
        }
        return table;
    }

    private static MarkdownTable Instructions(PlanFigures figures)
    {
        var table = new MarkdownTable("instruction", "count>");
        foreach (var (kind, count) in figures.Instructions)
            table.AddRow(kind, NumberText.Count(count));
        return table;
    }

    private static MarkdownTable Memory(PlanFigures figures)
    {
        var table = new MarkdownTable("in memory at the peak", "bytes>", "note");
        foreach (var part in figures.Memory)
            table.AddRow(part.Name, NumberText.Bytes(part.Bytes), part.Note);
        return table.AddRow("together", NumberText.Bytes(figures.MemoryBytes), "");
    }
}
