using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Ckks;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What <c>crammed bench bootstrap</c> reads: cfg_bench-bootstrap.yaml.</summary>
public sealed record BenchBootstrapSettings : BootstrapRunSettings, ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("CKKS parameter sets with bootstrapping")]
    public required IReadOnlyList<string> Parameters { get; init; }

    [Description("periods of the slots, powers of two; 0 for all slots; a set leaves out those beyond its own slots")]
    [Range(0, 65536)]
    public required IReadOnlyList<int> Slots { get; init; }

    /// <summary>What to measure, each in a process of its own: every set with every period that it has.</summary>
    public IEnumerable<BootstrapConfiguration> Configurations() =>
        from set in Parameters.Distinct()
        from slots in SlotsOf(NamedParameters.Find(set))
        select new BootstrapConfiguration(set, slots, [.. Messages.Distinct()], Repetitions, Threads, Batch, Range, Iterations, Storage);

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Parameters.Count == 0)
            yield return new(nameof(Parameters), $"is empty; name at least one of {KnownSets()}");
        if (Parameters.FirstOrDefault(name => !IsKnown(name)) is { } unknown)
            yield return new(nameof(Parameters), $"names '{unknown}'; the sets with bootstrapping are {KnownSets()}");
        if (Slots.Count == 0)
            yield return new(nameof(Slots), "is empty; name at least one period, or 0 for all slots");
        foreach (var slots in Slots.Where(slots => slots == 1 || !(slots == 0 || int.IsPow2(slots))))
            yield return new(nameof(Slots), $"is {slots}; a period is a power of two from 2 on, or 0 for all slots");
        foreach (var set in Parameters.Where(IsKnown))
        {
            var literal = NamedParameters.Find(set);
            if (!SlotsOf(literal).Any())
                yield return new(nameof(Slots), $"has no period for {set}, which has {SlotCount(literal)} slots");
        }
        if (Messages.Count == 0)
            yield return new(nameof(Messages), $"is empty; name at least one of {SettingsTypes.Describe(typeof(BootstrapMessageKind))}");
    }

    private static int SlotCount(CkksParametersLiteral literal) => 1 << (literal.LogN - 1);

    private static bool IsKnown(string name) =>
        NamedParameters.All.Any(literal => literal.Name == name && literal.Bootstrapping is not null);

    private static string KnownSets() => string.Join(
        ", ", NamedParameters.All.Where(literal => literal.Bootstrapping is not null).Select(literal => literal.Name));

    private IEnumerable<int> SlotsOf(CkksParametersLiteral literal) =>
        Slots.Select(slots => slots == 0 ? SlotCount(literal) : slots).Where(slots => slots <= SlotCount(literal)).Distinct();
}
