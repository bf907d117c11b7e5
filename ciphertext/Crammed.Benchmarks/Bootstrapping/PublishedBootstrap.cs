using System.Globalization;
using Crammed.Benchmarks.Engine;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>
/// A bootstrap of another library at N = 2^16 to set ours beside. Messages are uniform in the unit range, which their precision is relative
/// to.
/// </summary>
/// <param name="Library">whose it is</param>
/// <param name="Configuration">what was run, for people</param>
/// <param name="Secret">distribution of the secrets, for people</param>
/// <param name="Log2QP">size of the largest modulus that carries keys</param>
/// <param name="Slots">how many numbers one ciphertext holds</param>
/// <param name="SlotKind">real or complex numbers</param>
/// <param name="Threads">threads of a bootstrap</param>
/// <param name="FastestSeconds">the minimum over repetitions</param>
/// <param name="MedianSeconds">the median, the first bootstrap included</param>
/// <param name="UsableLevels">levels between two bootstraps</param>
/// <param name="LevelBits">log2 of the scale</param>
/// <param name="RmsBits">-log2 of the root mean square of the errors</param>
/// <param name="WorstBits">-log2 of the largest error</param>
/// <param name="PeakBytes">peak memory of the process; null where it is not known</param>
/// <param name="KeyBytes">evaluation keys in memory; null where that is not known</param>
/// <param name="Source">version, and who measured when and where</param>
public sealed record PublishedBootstrap(
    string Library, string Configuration, string Secret, double Log2QP, int Slots, string SlotKind, int Threads, double FastestSeconds,
    double MedianSeconds, int UsableLevels, int LevelBits, double RmsBits, double WorstBits, long? PeakBytes, long? KeyBytes, string Source)
{
    private const string Resource = "Crammed.Benchmarks.Bootstrapping.published.csv";
    private const int LogN = 16;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PublishedBootstrap> All { get; } = Read();

    /// <summary>Microseconds for each slot and usable level.</summary>
    public double MicrosecondsPerSlotAndLevel => FastestSeconds * 1e6 / ((double)Slots * UsableLevels);

    /// <summary>The time in hot NTTs of one limb, HEXL's on the same machine.</summary>
    public double InTransforms => FastestSeconds * 1000 / PublishedFigure.All.Single(figure =>
        figure.Library == PublishedFigure.UnitLibrary && figure.Operation == nameof(NttBenchmarks.ForwardHot) && figure.LogN == LogN)
        .Milliseconds;

    /// <summary>
    /// Of each library and configuration the figure with the most threads that are no more than given, or else with the fewest.
    /// </summary>
    public static IEnumerable<PublishedBootstrap> WithThreads(int threads) =>
        from figure in All
        group figure by (figure.Library, figure.Configuration, figure.Slots) into same
        select same.OrderBy(figure => figure.Threads <= threads ? threads - figure.Threads : figure.Threads).First();

    private static List<PublishedBootstrap> Read()
    {
        using var reader = new StreamReader(typeof(PublishedBootstrap).Assembly.GetManifestResourceStream(Resource)!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => Parse(line.Split(',')))];
    }

    private static PublishedBootstrap Parse(string[] cells) => new(
        cells[0], cells[1], cells[2], Number(cells[3]), Int(cells[4]), cells[5], Int(cells[6]), Number(cells[7]), Number(cells[8]),
        Int(cells[9]), Int(cells[10]), Number(cells[11]), Number(cells[12]), Mebibytes(cells[13]), Mebibytes(cells[14]), cells[15]);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static int Int(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static long? Mebibytes(string cell) => cell.Length == 0 ? null : (long)Int(cell) << 20;
}
