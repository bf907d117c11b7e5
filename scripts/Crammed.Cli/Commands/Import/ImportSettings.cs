using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Cli.Commands.Import;

/// <summary>What <c>crammed import</c> reads: cfg_import.yaml.</summary>
public sealed record ImportSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of a BERT as Hugging Face's transformers saves it: config.json, model.safetensors, vocab.txt or tokenizer.json")]
    public required string Hf { get; init; }

    [Description("the model's vocab.txt or tokenizer.json; null: that in its folder")]
    public required string? Vocabulary { get; init; }

    [Description("what the classifier's outputs stand for, in order, as the task's files have the labels; null: config.json's id2label")]
    public required IReadOnlyList<string>? Labels { get; init; }

    [Description("tokens in a sequence; positions beyond are left out"), Range(4, 4096)]
    public required int SequenceLength { get; init; }
}
