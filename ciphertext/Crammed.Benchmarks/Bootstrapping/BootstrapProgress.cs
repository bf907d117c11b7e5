using System.Globalization;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>How far a measurement is.</summary>
/// <param name="Work">what is being made, in the plural and in one word: keys, diagonals, bootstraps</param>
/// <param name="Done">how many are</param>
/// <param name="Total">of how many</param>
public readonly record struct BootstrapProgress(string Work, int Done, int Total)
{
    /// <summary>Reads what <see cref="ToString"/> writes; null if it is something else.</summary>
    public static BootstrapProgress? Parse(string line) =>
        line.Split(' ') is [var work, var done, var total] && Number(done) is { } doneCount && Number(total) is { } totalCount
            ? new BootstrapProgress(work, doneCount, totalCount)
            : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Work} {Done} {Total}");

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
