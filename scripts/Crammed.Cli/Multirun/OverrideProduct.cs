using System.Globalization;
using System.Text.RegularExpressions;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Multirun;

/// <summary>One run of several.</summary>
/// <param name="Number">From 0; its folder's name.</param>
/// <param name="Swept">The words that differ between runs, with this run's values.</param>
/// <param name="Words">All of its overrides.</param>
internal sealed record MultirunJob(int Number, IReadOnlyList<string> Swept, IReadOnlyList<string> Words);

/// <summary>
/// The runs that overrides with several values make, as Hydra's basic sweeper has it: <c>a=x,y</c> and <c>seed=range(0,3)</c>. Commas in
/// brackets or quotes belong to the value.
/// </summary>
internal static partial class OverrideProduct
{
    /// <summary>More is taken for a slip of the hand.</summary>
    private const int MostRuns = 10_000;

    /// <summary>Every combination of values; the last word's vary fastest.</summary>
    /// <exception cref="ConfigurationException">A value is empty or stands twice, a range is empty, or there are too many combinations.</exception>
    public static IReadOnlyList<MultirunJob> Of(IReadOnlyList<string> overrides)
    {
        var choices = overrides.Select(Choices).ToList();
        if (choices.Aggregate(1.0, (product, values) => product * values.Count) > MostRuns)
            throw new ConfigurationException($"--multirun: the values make more than {MostRuns} combinations");
        var runs = choices.Aggregate<IReadOnlyList<string>, IEnumerable<string[]>>(
            [[]], (heads, values) => heads.SelectMany(head => values.Select(value => (string[])[.. head, value])));
        return [.. runs.Select((words, number) => new MultirunJob(number, [.. words.Where((_, i) => choices[i].Count > 1)], words))];
    }

    private static IReadOnlyList<string> Choices(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return [word];
        var (head, value) = (word[..(equals + 1)], word[(equals + 1)..]);
        var values = Range().Match(value) is { Success: true } range ? ValuesOf(range, word) : Split(value);
        if (values.Count > 1 && values.Contains(""))
            throw new ConfigurationException(Origin.InOverride(word), "has an empty value among several");
        if (values.Distinct().Count() != values.Count)
            throw new ConfigurationException(Origin.InOverride(word), "names a value twice");
        return [.. values.Select(each => head + each)];
    }

    /// <summary>The values of range(start,stop) or range(start,stop,step), whole numbers, without the stop.</summary>
    private static List<string> ValuesOf(Match range, string word)
    {
        var numbers = range.Groups[1].Value.Split(',').Select(text =>
            long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : (long?)null).ToArray();
        if (numbers is not ([{ }, { }] or [{ }, { }, > 0]))
            throw new ConfigurationException(Origin.InOverride(word), "expected range(start,stop) or range(start,stop,step) of whole numbers");
        var (start, stop, step) = (numbers[0]!.Value, numbers[1]!.Value, numbers.ElementAtOrDefault(2) ?? 1);
        if (start >= stop || (Int128)stop - start > MostRuns * (Int128)step)
            throw new ConfigurationException(Origin.InOverride(word), $"the range must have 1 to {MostRuns} values");
        var values = new List<string>();
        for (var value = (Int128)start; value < stop; value += step)
            values.Add(value.ToString(CultureInfo.InvariantCulture));
        return values;
    }

    /// <summary>The parts between the commas that stand in no bracket and no quotes.</summary>
    private static List<string> Split(string value)
    {
        var parts = new List<string>();
        var (depth, start) = (0, 0);
        var quote = '\0';
        for (var i = 0; i < value.Length; i++)
        {
            var character = value[i];
            if (quote != '\0')
                quote = character == quote ? '\0' : quote;
            else if (character is '\'' or '"')
                quote = character;
            else if (character is '[' or '{' or '(')
                depth++;
            else if (character is ']' or '}' or ')')
                depth--;
            else if (character == ',' && depth == 0)
            {
                parts.Add(value[start..i].Trim());
                start = i + 1;
            }
        }
        parts.Add(parts.Count == 0 ? value : value[start..].Trim());
        return parts;
    }

    [GeneratedRegex(@"^range\((.*)\)$")]
    private static partial Regex Range();
}
