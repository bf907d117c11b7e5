using System.Globalization;
using System.Text.RegularExpressions;

namespace Crammed.Trainer;

/// <summary>A line of progress: where a run is, and how long it will still take.</summary>
/// <param name="Unit">step, or evaluation batch</param>
/// <param name="Number">of the step or batch under way, or that was just done, from 1</param>
/// <param name="Total">steps or batches</param>
/// <param name="Instruction">instructions done of it</param>
/// <param name="Instructions">instructions in all</param>
/// <param name="Part">of the model, that comes next; "done" at the end</param>
/// <param name="Seconds">since the step or batch began, what an earlier process did of it included</param>
/// <param name="SecondsLeft">of the whole run</param>
public sealed partial record RunProgress(
    string Unit, int Number, int Total, int Instruction, int Instructions, string Part, double Seconds, double SecondsLeft)
{
    /// <summary>The part at the end of a step.</summary>
    public const string Done = "done";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Unit} {Number}/{Total}, instruction {Instruction}/{Instructions}: {Part}; {Seconds:F1} s, {SecondsLeft:F0} s left");

    /// <summary>Reads a line that <see cref="ToString"/> wrote; null for any other.</summary>
    public static RunProgress? Parse(string line)
    {
        var match = Line().Match(line);
        return match.Success
            ? new RunProgress(
                match.Groups[1].Value, Integer(2), Integer(3), Integer(4), Integer(5), match.Groups[6].Value, Number(7), Number(8))
            : null;

        int Integer(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

        double Number(int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^([a-z ]+) (\d{1,9})/(\d{1,9}), instruction (\d{1,9})/(\d{1,9}): ([^;]+); ([0-9.]+) s, ([0-9.]+) s left$")]
    private static partial Regex Line();
}
