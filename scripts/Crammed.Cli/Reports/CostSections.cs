namespace Crammed.Cli.Reports;

/// <summary>Sections on time, sizes and how to run it again.</summary>
internal static class CostSections
{
    public static string Time(RunCost cost, IReadOnlyList<NamedSeconds> stages)
    {
        var byPart = new MarkdownTable("part", "predicted>", "measured>");
        var whole = new PartTime("all", cost.Parts.Sum(part => part.Predicted), cost.Parts.Sum(part => part.Measured));
        foreach (var part in cost.Parts.Append(whole))
            byPart.AddRow(part.Name, NumberText.Seconds(part.Predicted), NumberText.Seconds(part.Measured));
        var byKind = new MarkdownTable("instruction", "count>", "time>");
        var all = new InstructionTime(
            "all", cost.Instructions.Sum(kind => kind.Count), cost.Instructions.Sum(kind => kind.Seconds));
        foreach (var kind in cost.Instructions.Append(all))
            byKind.AddRow(kind.Kind, NumberText.Count(kind.Count), NumberText.Seconds(kind.Seconds));
        return $"One {cost.Unit} by part of the model, on the wall clock:\n\n{byPart}\n![seconds by part]({ReportPlots.Time})\n\n"
            + $"One {cost.Unit} by kind of instruction, on the wall clock:\n\n{byKind}"
            + (stages.Count > 0 ? $"\n{Stages(stages)}" : "");
    }

    public static string Stages(IReadOnlyList<NamedSeconds> stages)
    {
        var table = new MarkdownTable("stage", "time>");
        foreach (var stage in stages.Append(new NamedSeconds("all", stages.Sum(stage => stage.Seconds))))
            table.AddRow(stage.Name, NumberText.Seconds(stage.Seconds));
        return $"The whole run by stage, on the wall clock:\n\n{table}";
    }

    public static string Sizes(RunCost cost) => $"{Table("item", "size>", cost.Sizes)}\n{Table("process", "peak memory>", cost.PeakMemory)}";

    public static string Reproduction(ReproductionFacts facts)
    {
        var machine = facts.Machine;
        var processor = machine.Processor is { } name ? $" ({name})" : "";
        string[] seeds =
        [
            .. facts.PretrainingSeed is { } pretraining ? [FormattableString.Invariant($"{pretraining} (pretraining)")] : Array.Empty<string>(),
            .. facts.FineTuningSeed is { } draw ? [FormattableString.Invariant($"{draw} (fine-tuning)")] : Array.Empty<string>(),
        ];
        return $"    {facts.Command}\n\n"
            + (seeds.Length > 0 ? $"Seeds: {string.Join(", ", seeds)}; encryption" : "Encryption")
            + $" draws its randomness from the operating system. Source: {facts.Version ?? "version unknown"}. "
            + $"Machine: {machine.Cores} cores{processor}, {machine.SimdBits}-bit vectors, {machine.System}.\n";
    }

    private static MarkdownTable Table(string what, string size, IReadOnlyList<NamedBytes> entries)
    {
        var table = new MarkdownTable(what, size);
        foreach (var entry in entries)
            table.AddRow(entry.Name, NumberText.Bytes(entry.Bytes));
        return table;
    }
}
