using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Encrypted.Models;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>How a model's programs are planned.</summary>
public record PlanningSettings : ICheckedSettings
{
    [Description("examples in the slots, a power of two: a step of more takes them batch by batch; null: the least that holds a step's"), Range(1, 65536)]
    public required int? Batch { get; init; }

    [Description("factor that the model's calibrated ranges are widened by; null: the one in its calibration.json"), Range(1.0, 1000.0)]
    public required double? RangeMargin { get; init; }

    [Description("squarings in place of a Gaussian kernel's exp; calibrated: as few as its range allows; paper-faithful: 14, as for masked scores")]
    public required GaussianKernel GaussianKernel { get; init; }

    [Description("whether the last layer computes its first token only, which alone is read")]
    public required bool FirstTokenOnly { get; init; }

    [Description("whether the client computes the first norm, which stands before every adapter, beside the embedding")]
    public required bool ClientNorm { get; init; }

    [Description("steps on clear slots that show how large values are; no more than the draw has"), Range(1, 1000)]
    public required int CalibrationSteps { get; init; }

    [Description("cost tables (CSV); of an operation the first one's rows count; none: the one that comes with the program")]
    public required IReadOnlyList<string> Costs { get; init; }

    [Description("sets of refreshed values that the planner tries"), Range(1, 1_000_000_000)]
    public required int Search { get; init; }

    [Description("seconds in which an integer program improves on the search and proves how far from the best it is; 0: none"), Range(0.0, 86400.0)]
    public required double SolverSeconds { get; init; }

    [Description("seed of the planner's search and of random tokens"), Range(0, int.MaxValue)]
    public required int Seed { get; init; }

    [Description("least log2 of a value's root mean square over that of its noise; a plan with less is refused"), Range(-60.0, 60.0)]
    public required double LeastSignalBits { get; init; }

    /// <summary>Rewrites of the model's graph.</summary>
    internal GraphRewrites Rewrites => new() { FirstTokenOnly = FirstTokenOnly, ClientNorm = ClientNorm };

    /// <inheritdoc/>
    public virtual IEnumerable<SettingsProblem> Check()
    {
        if (Batch is { } batch && !int.IsPow2(batch))
            yield return new(nameof(Batch), $"is {batch}; it must be a power of two");
    }
}
