using Crammed.Cli.Plotting;
using Crammed.Encrypted.Programs;

namespace Crammed.Cli.Reports;

/// <summary>The levels of a program as a plot: where each group of instructions stands, and where refreshes lift values.</summary>
internal static class LevelPlot
{
    /// <summary>Black in the palette.</summary>
    private const int RefreshColour = 6;

    public static LinePlot Of(LevelLedger ledger)
    {
        var numbered = ledger.Entries.Select((entry, index) => (Entry: entry, Number: index + 1.0)).ToList();
        var refreshes = numbered.Where(item => item.Entry.RefreshedVectors > 0).ToList();
        List<PlotSeries> series = [];
        foreach (var pass in numbered.Where(item => item.Entry.RefreshedVectors == 0).GroupBy(item => PassOf(item.Entry.Part)))
        {
            series.Add(new PlotSeries(
                pass.Key, [.. pass.Select(item => item.Number)], [.. pass.Select(item => (double)item.Entry.To)], ShowsPoints: true)
            {
                ShowsLine = false,
            });
        }
        if (refreshes.Count > 0)
        {
            // Above all levels, where many beside each other show as what they are.
            series.Add(new PlotSeries(
                "refreshes", [.. refreshes.Select(item => item.Number)], [.. refreshes.Select(_ => ledger.Highest + 1.0)], ShowsPoints: true)
            {
                ShowsLine = false,
                Colour = RefreshColour,
            });
        }
        return new LinePlot
        {
            Title = $"Levels after each of {NumberText.Count(numbered.Count)} instructions; a refresh gives {ledger.Highest}",
            XLabel = "instructions in the program's order, by the part that they belong to",
            YLabel = "levels left",
            Series = series,
            XMarks = [.. MarksOf(numbered)],
            Height = 640,
        };
    }

    /// <summary>Each part's name at the middle of its longest run of instructions.</summary>
    private static IEnumerable<PlotMark> MarksOf(IReadOnlyList<(LedgerEntry Entry, double Number)> numbered)
    {
        var runs = new List<(string Part, double First, double Last)>();
        foreach (var (entry, number) in numbered)
        {
            if (runs.Count > 0 && runs[^1].Part == entry.Part)
                runs[^1] = runs[^1] with { Last = number };
            else
                runs.Add((entry.Part, number, number));
        }
        return runs.GroupBy(run => run.Part).Select(part => part.MaxBy(run => run.Last - run.First))
            .Select(run => new PlotMark((run.First + run.Last) / 2, run.Part));
    }

    private static string PassOf(string part) => part switch
    {
        ProgramParts.Update => "update",
        _ when part.Contains("backward", StringComparison.Ordinal) || part.Contains("gradient", StringComparison.Ordinal) => "backward",
        _ => "forward",
    };
}
