using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Tables;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval</c> of <c>crammed export-glue</c>: the task, and which of its splits.</summary>
public sealed record ExportChoiceSettings : TaskChoiceSettings
{
    [Description("true: the training split alone; false: the evaluation split alone; null: both")]
    public required bool? SaveTrainData { get; init; }
}

/// <summary>What <c>crammed export-glue</c> reads: cfg_export-glue.yaml.</summary>
public sealed record ExportGlueSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("interrupted run to continue, with its very settings: its folder outputs/NAME; null: a new run")]
    public required string? Resume { get; init; }

    [Description("folder of the model whose vocabulary and embedding are used")]
    public required string Model { get; init; }

    [Description("what is exported")]
    public required ExportChoiceSettings Eval { get; init; }

    [Description("where tasks come from")]
    public required TaskDataSettings Data { get; init; }

    [Description("what the client computes: embedding, or also the norm of the first layer; encrypted runs take embedding")]
    public required ClientPrefix Prefix { get; init; }

    [Description("export at most so many training examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("export at most so many evaluation examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? DevLimit { get; init; }

    [Description("seed that chooses the subsets"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
