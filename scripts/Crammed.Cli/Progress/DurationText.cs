using System.Globalization;

namespace Crammed.Cli.Progress;

/// <summary>Durations as people write them: 0:39, 1:02:03, 2 d 03:00.</summary>
internal static class DurationText
{
    public static string Format(TimeSpan duration)
    {
        var whole = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        var format = whole.TotalHours < 1 ? @"m\:ss" : whole.TotalDays < 1 ? @"h\:mm\:ss" : @"d\ \d\ hh\:mm";
        return whole.ToString(format, CultureInfo.InvariantCulture);
    }
}
