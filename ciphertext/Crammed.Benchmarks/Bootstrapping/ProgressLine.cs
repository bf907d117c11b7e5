using System.Globalization;
using Crammed.Files;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>Progress as a process tells it to the one that started it: title, done, total and unit, each one word.</summary>
public static class ProgressLine
{
    public static string Write(WorkProgress state) => string.Create(CultureInfo.InvariantCulture, $"{state.Title} {state.Done} {state.Total} {state.Unit}");

    /// <summary>Reads what <see cref="Write"/> writes; null if it is something else.</summary>
    public static WorkProgress? Parse(string line) =>
        line.Split(' ') is [var work, var done, var total, var unit] && Number(done) is { } doneCount && Number(total) is { } totalCount
            ? new WorkProgress(work, doneCount, totalCount, unit)
            : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
