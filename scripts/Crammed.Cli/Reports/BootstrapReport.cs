using System.Globalization;
using System.Text;
using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Reports;

/// <summary>Measured bootstraps beside those of other libraries, and each of them in detail.</summary>
/// <param name="measurements">What was measured, one at least.</param>
/// <param name="machine">Where.</param>
/// <param name="version">The source's version; null where it is not known.</param>
/// <param name="command">The command line that measures it again.</param>
internal sealed class BootstrapReport(
    IReadOnlyList<BootstrapMeasurement> measurements, MachineFacts machine, string? version, string command)
{
    /// <summary>The report's file.</summary>
    public const string File = "bootstrap.md";

    /// <summary>What was measured.</summary>
    public IReadOnlyList<BootstrapMeasurement> Measurements => measurements;

    /// <summary>One row for each configuration, then those of other libraries.</summary>
    public string ComparisonTable()
    {
        var table = new MarkdownTable(
            "library", "slots>", "threads>", "fastest>", "median>", "10^3 NTTs>", "usable levels>", "bits rms>", "bits worst>",
            "µs per slot and level>", "log2 QP>", "peak memory>");
        foreach (var measured in measurements)
            table.AddRow(Row(measured));
        foreach (var published in PublishedBootstrap.WithThreads(measurements.Max(measured => measured.Threads)))
            table.AddRow(Row(published));
        return table.ToString();
    }

    /// <summary>The report.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("# Bootstrapping\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Measured on {machine.Cores} cores ({machine.Processor ?? "unknown processor"}), ");
        text.Append(CultureInfo.InvariantCulture, $"{machine.SimdBits}-bit vectors, {machine.System}; source {version ?? "unknown"}. ");
        text.Append(CultureInfo.InvariantCulture, $"To repeat: `{command}`.\n\n");
        string[] insecure =
            [.. measurements.Where(measured => measured.Plan.IsInsecure).Select(measured => measured.Plan.ParameterSet).Distinct()];
        if (insecure.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"**INSECURE: {string.Join(", ", insecure)}.** ");
            text.Append("For tests; such figures are no comparison with those of secure sets.\n\n");
        }
        text.Append("## Beside other libraries\n\n").Append(ComparisonTable()).Append('\n').Append(ComparisonNotes());
        foreach (var measured in measurements)
            text.Append('\n').Append(BootstrapSections.Write(measured));
        return text.ToString();
    }

    private static string[] Row(BootstrapMeasurement measured)
    {
        var plan = measured.Plan;
        return
        [
            $"crammed, {plan.ParameterSet} (here{(plan.IsInsecure ? ", INSECURE" : "")})",
            NumberText.Count(plan.Slots),
            NumberText.Count(measured.Threads),
            NumberText.Seconds(measured.Fastest.Seconds),
            NumberText.Seconds(measured.MedianSeconds),
            Thousands(measured.InTransforms),
            $"{plan.UsableLevels} of {plan.LevelBits} bits",
            NumberText.Fixed(ErrorDistribution.Bits(measured.LargestRms), 1),
            NumberText.Fixed(ErrorDistribution.Bits(measured.LargestError), 1),
            NumberText.Fixed(measured.MicrosecondsPerSlotAndLevel, 1),
            NumberText.Fixed(plan.Log2QP, 0),
            NumberText.Bytes(measured.PeakBytes),
        ];
    }

    private static string[] Row(PublishedBootstrap published) =>
    [
        $"{published.Library}, {published.Configuration}",
        NumberText.Count(published.Slots),
        NumberText.Count(published.Threads),
        NumberText.Seconds(published.FastestSeconds),
        NumberText.Seconds(published.MedianSeconds),
        Thousands(published.InTransforms),
        $"{published.UsableLevels} of {published.LevelBits} bits",
        NumberText.Fixed(published.RmsBits, 1),
        NumberText.Fixed(published.WorstBits, 1),
        NumberText.Fixed(published.MicrosecondsPerSlotAndLevel, 1),
        NumberText.Fixed(published.Log2QP, 0),
        published.PeakBytes is { } bytes ? NumberText.Bytes(bytes) : "",
    ];

    private static string ComparisonNotes()
    {
        var sources = string.Join(". ", PublishedBootstrap.All.Select(row => row.Source).Distinct());
        var secrets = string.Join("; ", PublishedBootstrap.All.GroupBy(row => row.Secret).Select(group =>
            $"{group.Key} ({string.Join(", ", group.Select(row => $"{row.Library} {row.Configuration}").Distinct())})"));
        string[] notes =
        [
            "Fastest and median: wall-clock time of a bootstrap. Ours leaves the first one out of the median: it fills the pool of memory.",
            "10^3 NTTs: the fastest bootstrap over one forward NTT of one limb of the same ring, on one thread of the same machine, with "
                + "limb and table in the caches (ours from this run, HEXL's for the others), in thousands. So machines compare roughly: "
                + "wider vectors speed up a hot NTT more than work that waits for memory.",
            "Usable levels: products in a row between two bootstraps, and log2 of the scale.",
            "Bits: -log2 of the root mean square and of the largest error, over real and imaginary parts of all slots and relative to "
                + "their range: ours for the kind of message that comes back worst, the others' for uniform ones.",
            "Slots: ours are complex numbers, as Lattigo's; OpenFHE's are real.",
            "Peak memory: resident, of a process that generates the keys and bootstraps.",
            $"Other libraries: {sources}. Seconds on another machine are no comparison.",
            $"Their secrets: {secrets}. The 128-bit bound for a uniform ternary secret at N = 2^16 is log2(QP) = 1747.",
        ];
        return string.Concat(notes.Select(note => $"- {note}\n"));
    }

    private static string Thousands(double transforms) => NumberText.Fixed(transforms / 1000, 1);
}
