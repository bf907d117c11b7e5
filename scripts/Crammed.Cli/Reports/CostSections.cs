namespace Crammed.Cli.Reports;

/// <summary>Sections on time, sizes and how to run it again.</summary>
internal static class CostSections
{
    public static string Time(
        IReadOnlyList<NamedSeconds> layers, IReadOnlyList<OperationCost> operations, IReadOnlyList<NamedSeconds> stages)
    {
        var byOperation = new MarkdownTable("operation", "count>", "processor time>");
        var all = new OperationCost(
            "all", operations.Sum(operation => operation.Count), operations.Sum(operation => operation.ProcessorSeconds));
        foreach (var operation in operations.Append(all))
            byOperation.AddRow(operation.Operation, NumberText.Count(operation.Count), NumberText.Seconds(operation.ProcessorSeconds));
        return $"One training step by layer, on the wall clock:\n\n{WithTotal("layer", layers)}\n"
            + $"One training step by operation, in processor time summed over cores:\n\n{byOperation}\n"
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
