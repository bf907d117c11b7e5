using Crammed.Cli.Configuration;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Crammed.Cli.Tests.Configuration;

internal sealed record RunSettings
{
    public required string Name { get; init; }

    public required ArchSettings Arch { get; init; }

    public required EvalSettings Eval { get; init; }

    public string? Note { get; init; }

    public bool IsQuiet { get; init; } = true;

    public long Seed { get; init; } = 7;
}

/// <summary>Bound through its constructor.</summary>
internal sealed record ArchSettings(int Layers, int Hidden, TestKernel Kernel, double Scale = 1.5) : ICheckedSettings
{
    public IEnumerable<SettingsProblem> Check()
    {
        if (Hidden % Layers != 0)
            yield return new(nameof(Layers), $"is {Layers}; it must divide arch.hidden ({Hidden})");
    }
}

/// <summary>Bound through init properties.</summary>
internal sealed record EvalSettings
{
    [Range(1, 100)]
    public required int Steps { get; init; }

    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Rates { get; init; }

    public required TaskChoice Tasks { get; init; }

    public int? Limit { get; init; }

    public string[] Words { get; init; } = [];
}

internal sealed record TaskChoice(string Name);

internal enum TestKernel
{
    Gaussian,
    SoftMax,
    PolynomialKernel,
}
