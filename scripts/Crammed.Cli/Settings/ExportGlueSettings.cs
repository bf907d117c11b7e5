using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed export-glue</c> reads: cfg_export-glue.yaml.</summary>
public sealed record ExportGlueSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model whose vocabulary and embedding are used")]
    public required string Model { get; init; }

    [Description("what is exported")]
    public required TaskChoiceSettings Eval { get; init; }

    [Description("where tasks come from")]
    public required TaskDataSettings Data { get; init; }

    [Description("export at most so many training examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("export at most so many evaluation examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? DevLimit { get; init; }

    [Description("seed that chooses the subsets"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
