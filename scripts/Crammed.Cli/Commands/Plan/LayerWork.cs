using Crammed.Cli.Reports;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Cli.Commands.Plan;

/// <summary>
/// Seconds of a plan's step by the kinds of work in Rho et al. 2025, table 12 (ICLR 2025, arXiv 2410.02486): forward and backward pass of a
/// layer of width 768 for one example on an RTX 4090, times its two layers; Gaussian kernel and ReLU gate there.
/// </summary>
/// <param name="Name">As the table has it.</param>
/// <param name="PublishedSeconds">Of an example, two layers, both passes; null where the table has no such column.</param>
/// <param name="Holds">Whether an instruction belongs here; the first kind that it belongs to counts.</param>
internal sealed record LayerWork(string Name, double? PublishedSeconds, Func<Instruction, string, bool> Holds)
{
    private const string OutsideLayers = "head, loss, update, rest";

    private static readonly LayerWork[] Kinds =
    [
        new(OutsideLayers, null, (_, name) => name.Contains("update") || Begins(name, "head", "loss_gradient", "final_norm")),
        new("products with frozen weights", 2 * (1.35 + 2.29), (instruction, _) => instruction is LinearMap or SpreadProducts),
        new("adapters", 2 * (0.85 + 0.26), (_, name) => Begins(name, "unpacked", "rows") || Has(name, "down", "adapter")),
        new("attention's products of ciphertexts", 2 * (1.87 + 3.79), (_, name) => Has(name, "kernel_base", "weighted_values", "attended")),
        new("kernel", 2 * (1.02 + 0.02), (_, name) => Has(name, "kernel")),
        new("ReLU", 2 * (1.35 + 0.02), (_, name) => Has(name, "relu")),
        new("norms", 2 * (0.48 + 0.32), (_, name) => Has(name, "norm")),
        new("moves of one token", 2 * (0.23 + 0.57), (_, name) => name.StartsWith("layers", StringComparison.Ordinal)),
        new(OutsideLayers, null, (_, _) => true),
    ];

    /// <summary>Bootstraps of both passes and layers.</summary>
    private const double PublishedBootstraps = 2 * (5.74 + 4.45);

    /// <summary>Both tables side by side, seconds an example.</summary>
    public static MarkdownTable Table(LevelSchedule schedule, ParameterCosts costs, int examples)
    {
        var program = schedule.Problem.Program;
        var seconds = new Dictionary<string, double>();
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            var kind = Kinds.First(kind => kind.Holds(instruction, instruction.Results[0].Name));
            seconds[kind.Name] = seconds.GetValueOrDefault(kind.Name)
                + costs.Milliseconds(instruction, program.Grid, schedule.InstructionLevels[i]) / 1000 / examples;
        }
        var table = new MarkdownTable("work", "here, an example>", "paper's two layers of 768, RTX 4090>");
        foreach (var kind in Kinds.DistinctBy(kind => kind.Name))
        {
            table.AddRow(
                kind.Name, NumberText.Seconds(seconds.GetValueOrDefault(kind.Name)),
                kind.PublishedSeconds is { } published ? NumberText.Seconds(published) : "");
        }
        return table.AddRow(
            "bootstraps", NumberText.Seconds(schedule.RefreshMilliseconds / 1000 / examples), NumberText.Seconds(PublishedBootstraps));
    }

    private static bool Has(string name, params string[] parts) => parts.Any(part => name.Contains(part, StringComparison.Ordinal));

    private static bool Begins(string name, params string[] parts) => parts.Any(part => name.StartsWith(part, StringComparison.Ordinal));
}
