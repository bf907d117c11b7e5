using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Convert;

/// <summary>What <c>crammed convert</c> reads: cfg_convert.yaml.</summary>
public sealed record ConvertSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the plan whose programs read the data (crammed plan)")]
    public required string Plan { get; init; }

    [Description("folder of the model that was planned: the first norm is the key holder's")]
    public required string Model { get; init; }

    [Description("folder with train and dev (crammed export-glue)")]
    public required string Export { get; init; }

    [Description("fine-tuning draw (draw.safetensors) that was planned")]
    public required string Draw { get; init; }

    [Description("folder of the plan's keys (crammed keygen)")]
    public required string Keys { get; init; }

    [Description("examples of the evaluation split to encrypt"), Range(0, int.MaxValue)]
    public required int EncryptedExamples { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
