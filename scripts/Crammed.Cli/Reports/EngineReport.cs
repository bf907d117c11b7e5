using System.Globalization;
using System.Text;
using Crammed.Benchmarks.Engine;

namespace Crammed.Cli.Reports;

/// <summary>The engine's measured times, as multiples of one hot forward transform and beside published figures.</summary>
/// <param name="results">What was measured.</param>
/// <param name="machine">Where.</param>
/// <param name="version">The source's version; null where it is not known.</param>
/// <param name="seconds">How long the benchmarks ran.</param>
/// <param name="peakBytes">Peak memory of this process.</param>
internal sealed class EngineReport(
    EngineResults results, MachineFacts machine, string? version, double seconds, long peakBytes)
{
    private static readonly string[] Libraries =
        [.. PublishedFigure.All.Select(figure => figure.Library).Distinct().Where(library => library != PublishedFigure.Reach)];

    private readonly IReadOnlyList<EngineMeasurement> _measurements = results.Measurements;

    /// <summary>The measurements that there are published figures for, one row each, beside those figures.</summary>
    public string ComparisonTable()
    {
        var table = new MarkdownTable(
            ["operation", "N", "limbs>", "here>", "in NTTs>", "reach>", "reached", .. Libraries.Select(library => library + ">")]);
        foreach (var group in PublishedFigure.All.GroupBy(figure => (figure.Operation, figure.LogN, figure.Limbs))
            .OrderByDescending(group => group.Key.LogN).ThenBy(group => group.Key.Limbs == 1 ? 0 : 1).ThenBy(group => OrderOf(group.Key.Operation)))
        {
            if (Find(group.Key.Operation, group.Key.LogN, group.Key.Limbs, threads: 1) is { } measured)
                table.AddRow(ComparisonRow(measured, [.. group]));
        }
        return table.ToString();
    }

    /// <summary>The report.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("# The CKKS engine's times\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Measured in {NumberText.Seconds(seconds)} on {machine.Cores} cores ({machine.Processor ?? "unknown processor"}), ");
        text.Append(CultureInfo.InvariantCulture, $"{machine.SimdBits}-bit vectors, {machine.System}; source {version ?? "unknown"}; ");
        text.Append(CultureInfo.InvariantCulture, $"peak memory {NumberText.Bytes(peakBytes)}. To repeat: `scripts/crammed bench engine`.\n\n");
        text.Append("Times are the shortest of nine iterations on one thread. \"In NTTs\" divides by one forward NTT of the same ring that finds its limb and "
            + "table in the caches (50-bit prime, same run), so that machines compare; published figures are divided by HEXL's on their machine.\n\n");
        text.Append("## Beside other libraries\n\n").Append(ComparisonTable()).Append('\n');
        text.Append("Published figures: one thread, the minimum over repetitions, all on one machine with AMD Zen 5 cores and 512-bit vectors "
            + "(OpenFHE 1.5.1 with HEXL 1.2.6, 49-bit primes; SEAL 4.4.3 with HEXL, one special prime; Lattigo 6.2.0). Times on another machine are "
            + "no comparison, multiples are a rough one: wider vectors speed up a hot NTT more than work that waits for memory. Ours at N = 2^16: 24 limbs "
            + "(50 bits, then 40) and seven special primes of 50, three digits; the others': 24 + 7 limbs of 49 to 60 bits, three digits.\n\n");
        text.Append("## Everything measured\n\n").Append(FullTable()).Append('\n');
        text.Append("## Rotation keys\n\n").Append(KeyTable()).Append('\n');
        text.Append("Bytes are the least that has to be read and written: operands, keys, tables and results, each once, eight bytes a residue.\n");
        return text.ToString();
    }

    /// <summary>Writes every measurement as comma-separated values.</summary>
    public void WriteCsv(string path)
    {
        var table = new CsvTable("operation", "log_n", "limbs", "special_limbs", "threads", "min_microseconds", "median_microseconds", "hot_ntts", "bytes");
        foreach (var m in _measurements)
            table.AddRow(m.Operation, m.LogN, m.Limbs, m.SpecialLimbs, m.Threads, m.MinMicroseconds, m.MedianMicroseconds, InTransforms(m), m.Bytes);
        table.Write(path);
    }

    private static int OrderOf(string operation) => EngineOperation.All.ToList().FindIndex(known => known.Method == operation);

    private string[] ComparisonRow(EngineMeasurement measured, IReadOnlyList<PublishedFigure> published)
    {
        var multiples = InTransforms(measured);
        var reach = published.FirstOrDefault(figure => figure.Library == PublishedFigure.Reach);
        // The hot transform is the unit: its own reach is a time, which only the machine of the published figures can tell.
        var isUnit = measured is { Operation: nameof(NttBenchmarks.ForwardHot) };
        var reached = reach is null || isUnit ? "" : multiples <= reach.InTransforms
            ? "yes"
            : $"missed by {Multiples(multiples / reach.InTransforms - 1, "P0")}";
        return
        [
            EngineOperation.Of(measured.Operation).Title,
            $"2^{measured.LogN}",
            NumberText.Count(measured.Limbs),
            Duration(measured.MinMicroseconds),
            Multiples(multiples),
            reach is null ? "" : isUnit ? $"{Duration(reach.Milliseconds * 1000)} there" : Multiples(reach.InTransforms),
            reached,
            .. Libraries.Select(library => published.FirstOrDefault(figure => figure.Library == library) is { } figure
                ? $"{Duration(figure.Milliseconds * 1000)} ({Multiples(figure.InTransforms)})"
                : ""),
        ];
    }

    private string FullTable()
    {
        var table = new MarkdownTable(
            "operation", "N", "limbs>", "one thread>", "median>", "in NTTs>", "two threads>", "times faster>", "bytes>", "GB/s>");
        foreach (var m in _measurements.Where(m => m.Threads == 1)
            .OrderBy(m => OrderOf(m.Operation)).ThenByDescending(m => m.LogN).ThenByDescending(m => m.Limbs))
        {
            var two = Find(m.Operation, m.LogN, m.Limbs, threads: 2);
            table.AddRow(
                EngineOperation.Of(m.Operation).Title, $"2^{m.LogN}", m.SpecialLimbs == 0 ? NumberText.Count(m.Limbs) : $"{m.Limbs} + {m.SpecialLimbs}",
                Duration(m.MinMicroseconds), Duration(m.MedianMicroseconds), Multiples(InTransforms(m)),
                two is null ? "" : Duration(two.MinMicroseconds), two is null ? "" : Multiples(m.MinMicroseconds / two.MinMicroseconds, "N2"),
                NumberText.Bytes(m.Bytes), Multiples(m.Bytes / m.MinMicroseconds / 1000, "N1"));
        }
        return table.ToString();
    }

    private string KeyTable()
    {
        var table = new MarkdownTable("parameter set", "level>", "in memory>", "on disk>", "reach");
        foreach (var key in results.Keys)
        {
            var isCompared = key.Shape == EngineShape.Compared;
            table.AddRow(
                key.Shape.ParameterSet, NumberText.Count(key.Shape.Level), NumberText.Bytes(key.MemoryBytes), NumberText.Bytes(key.FileBytes),
                isCompared ? $"{NumberText.Bytes(EngineKeySize.ReachMemoryBytes)}, {NumberText.Bytes(EngineKeySize.ReachFileBytes)}" : "");
        }
        return table.ToString();
    }

    private double InTransforms(EngineMeasurement m) =>
        m.MinMicroseconds / Find(nameof(NttBenchmarks.ForwardHot), m.LogN, limbs: 1, threads: 1)!.MinMicroseconds;

    private EngineMeasurement? Find(string operation, int logN, int limbs, int threads) => _measurements.FirstOrDefault(m =>
        m.Operation == operation && m.LogN == logN && m.Limbs == limbs && m.Threads == threads);

    private static string Multiples(double value, string? format = null) =>
        value.ToString(format ?? (value < 100 ? "N1" : "N0"), CultureInfo.InvariantCulture);

    private static string Duration(double microseconds) => microseconds < 1000
        ? Multiples(microseconds) + " µs"
        : Multiples(microseconds / 1000) + " ms";
}
