namespace Crammed.Cli.Reports;

/// <summary>Sections on time, sizes and how to run it again.</summary>
internal static class CostSections
{
    public static string Time(
        IReadOnlyList<NamedSeconds> parts, IReadOnlyList<InstructionTime> instructions, IReadOnlyList<NamedSeconds> stages)
    {
        var byKind = new MarkdownTable("instruction", "count>", "time>");
        var all = new InstructionTime("all", instructions.Sum(kind => kind.Count), instructions.Sum(kind => kind.Seconds));
        foreach (var kind in instructions.Append(all))
            byKind.AddRow(kind.Kind, NumberText.Count(kind.Count), NumberText.Seconds(kind.Seconds));
        return $"One training step by part of the model, on the wall clock:\n\n{WithTotal("part", parts)}\n"
            + $"One training step by kind of instruction, on the wall clock:\n\n{byKind}\n"
            + $"The whole run by stage, on the wall clock:\n\n{WithTotal("stage", stages)}";
    }

    public static string Sizes(IReadOnlyList<NamedBytes> sizes, IReadOnlyList<NamedBytes> peakMemory)
    {
        var table = new MarkdownTable("item", "size>");
        foreach (var size in sizes)
            table.AddRow(size.Name, NumberText.Bytes(size.Bytes));
        var memory = new MarkdownTable("process", "peak memory>");
        foreach (var size in peakMemory)
            memory.AddRow(size.Name, NumberText.Bytes(size.Bytes));
        return $"{table}\n{memory}";
    }

    public static string Reproduction(ReproductionFacts facts)
    {
        var machine = facts.Machine;
        var processor = machine.Processor is { } name ? $" ({name})" : "";
        return $"    {facts.Command}\n\n"
            + $"Seeds: {facts.PretrainingSeed} (pretraining), {facts.FineTuningSeed} (fine-tuning); encryption draws its randomness from "
            + $"the operating system. Source: {facts.Version ?? "version unknown"}. Machine: {machine.Cores} cores{processor}, "
            + $"{machine.SimdBits}-bit vectors, {machine.System}.\n";
    }

    private static MarkdownTable WithTotal(string what, IReadOnlyList<NamedSeconds> entries)
    {
        var table = new MarkdownTable(what, "time>");
        foreach (var entry in entries)
            table.AddRow(entry.Name, NumberText.Seconds(entry.Seconds));
        return table.AddRow("all", NumberText.Seconds(entries.Sum(entry => entry.Seconds)));
    }
}
