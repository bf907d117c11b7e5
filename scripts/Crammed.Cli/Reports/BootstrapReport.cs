using System.Globalization;
using System.Text;
using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Reports;

/// <summary>A measured bootstrap beside published ones.</summary>
/// <param name="measured">What was measured.</param>
/// <param name="machine">Where.</param>
/// <param name="version">The source's version; null where it is not known.</param>
internal sealed class BootstrapReport(BootstrapMeasurement measured, MachineFacts machine, string? version)
{
    private const int PublishedSlots = 1 << 15;

    /// <summary>
    /// Measured on one machine with two Zen 5 cores and 512-bit vectors: OpenFHE 1.5.1 with HEXL (59-bit and 50-bit scale, sparse secret
    /// encapsulated), Lattigo 6.2.0 (its set N16QP1767H32768H32). Minimum seconds, threads, usable levels, their bits, precision, peak memory.
    /// </summary>
    private static readonly (string Library, double Seconds, int Threads, int Levels, int Bits, double Rms, double Worst, long PeakMiB)[] _published =
    [
        ("OpenFHE + HEXL, scale 2^59", 4.92, 2, 3, 59, 20.0, 17.5, 9908),
        ("OpenFHE + HEXL, scale 2^50", 6.54, 2, 7, 50, 12.1, 9.5, 11923),
        ("Lattigo", 18.7, 1, 13, 40, 23.4, 21.4, 18803),
    ];

    /// <summary>One row for each library, ours first.</summary>
    public string ComparisonTable()
    {
        var table = new MarkdownTable(
            "library", "slots>", "threads>", "seconds>", "usable levels>", "bits rms>", "bits worst>", "µs per slot and level>", "peak memory>");
        var worst = measured.Precision.MinBy(row => row.WorstBits);
        table.AddRow(
            $"crammed, {measured.ParameterSet} (here)", NumberText.Count(measured.Slots), NumberText.Count(measured.Threads),
            Fixed(measured.Seconds.Min(), 2), NumberText.Count(measured.UsableLevels), Fixed(worst.RmsBits, 1), Fixed(worst.WorstBits, 1),
            Fixed(measured.MicrosecondsPerSlotAndLevel, 1), NumberText.Bytes(measured.PeakBytes));
        foreach (var row in _published)
        {
            table.AddRow(
                row.Library, NumberText.Count(PublishedSlots), NumberText.Count(row.Threads), Fixed(row.Seconds, 2),
                $"{row.Levels} of {row.Bits} bits", Fixed(row.Rms, 1), Fixed(row.Worst, 1),
                Fixed(row.Seconds * 1e6 / ((double)PublishedSlots * row.Levels), 1), NumberText.Bytes(row.PeakMiB << 20));
        }
        return table.ToString();
    }

    /// <summary>The report.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("# Bootstrapping\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Measured on {machine.Cores} cores ({machine.Processor ?? "unknown processor"}), {machine.SimdBits}-bit vectors, ");
        text.Append(CultureInfo.InvariantCulture, $"{machine.System}; source {version ?? "unknown"}. To repeat: `scripts/crammed bench bootstrap parameters={measured.ParameterSet}`.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{measured.ParameterSet}: {measured.Security}\n\n");
        text.Append(ComparisonTable()).Append('\n');
        text.Append("Published figures come from a machine with AMD Zen 5 cores and 512-bit vectors; times on another machine are no comparison. Precision is that of "
            + "the message that comes back worst; messages lie in the unit range.\n\n");
        text.Append("## Parts of the fastest bootstrap\n\n").Append(PartTable()).Append('\n');
        text.Append("## Precision\n\n").Append(PrecisionTable()).Append('\n');
        text.Append("-log2 of the root mean square and of the largest error, over real and imaginary parts of all slots. Failure probability: zero, since the "
            + "integers that the raised modulus adds never pass (h + 1)/2 in size and EvalMod holds for all of them.\n\n");
        text.Append("## Preparation\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Keys: {NumberText.Bytes(measured.KeyBytes)} in {NumberText.Seconds(measured.KeySeconds)}; diagonals: ");
        text.Append(CultureInfo.InvariantCulture, $"{NumberText.Bytes(measured.DiagonalBytes)} in {NumberText.Seconds(measured.EncodingSeconds)}. The first bootstrap, which fills the pool of memory, took {NumberText.Seconds(measured.Seconds[0])}.\n");
        return text.ToString();
    }

    private string PartTable()
    {
        var table = new MarkdownTable("part", "seconds>", "share>");
        double total = measured.Parts.Sum(part => part.Seconds);
        foreach ((string name, double seconds) in measured.Parts)
            table.AddRow(name, Fixed(seconds, 2), (seconds / total).ToString("P0", CultureInfo.InvariantCulture));
        return table.ToString();
    }

    private string PrecisionTable()
    {
        var table = new MarkdownTable("message", "bits rms>", "bits worst>");
        foreach ((string message, double rms, double worst) in measured.Precision)
            table.AddRow(message, Fixed(rms, 1), Fixed(worst, 1));
        return table.ToString();
    }

    private static string Fixed(double value, int decimals) => value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
