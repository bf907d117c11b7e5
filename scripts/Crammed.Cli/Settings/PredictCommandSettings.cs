using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed predict</c> reads: cfg_predict.yaml.</summary>
[ReadWith("text", "input!=null")]
[ReadWith("columns", "input!=null")]
[ReadWith("id", "input!=null")]
[ReadWith("data", "input=null")]
[ReadWith("noise_seed", "fhe=simulate")]
[ReadWith("he", "fhe!=null")]
[ReadWith("planning", "fhe!=null")]
public sealed record PredictCommandSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model")]
    public required string Model { get; init; }

    [Description("trained adapters: the file of mode=adapters, the folder TASK/seed-N of mode=lora|full, or the folder of an encrypted run")]
    public required string Adapters { get; init; }

    [Description("file of texts: .txt (a text a line), .tsv, .csv, .jsonl, .parquet; null: the texts of the task's evaluation split")]
    public required string? Input { get; init; }

    [Description("the column of the text, or the two of a pair; none: those of the task")]
    public required IReadOnlyList<string> Text { get; init; }

    [Description("the columns' names in order, for .tsv and .csv files without a header; none: the first line names them")]
    public required IReadOnlyList<string> Columns { get; init; }

    [Description("a column that is copied to the predictions; null: none")]
    public required string? Id { get; init; }

    [Description("answer at most so many texts, from the first; null: all"), Range(1, int.MaxValue)]
    public required int? Limit { get; init; }

    [Description("whether the predictions have the texts too")]
    public required bool CopyText { get; init; }

    [Description("the task that the adapters were trained for: its labels are the answers")]
    public required TaskChoiceSettings Eval { get; init; }

    [Description("where the task comes from, with input=null")]
    public required TaskDataSettings Data { get; init; }

    [Description("how it is computed; null: in plaintext; by polynomials of a plan on clear slots (disable), with noise (simulate), on ciphertexts (execute)")]
    public required FheMode? Fhe { get; init; }

    [Description("seed of the noise, with fhe=simulate"), Range(0, int.MaxValue)]
    public required int NoiseSeed { get; init; }

    [Description("encryption, with fhe")]
    public required EncryptionSettings He { get; init; }

    [Description("how the program is planned, with fhe")]
    public required PlanningSettings Planning { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        var expected = Eval.Tasks.ToDefinition().Description.IsPair ? 2 : 1;
        if (Text.Count > 0 && Text.Count != expected)
            yield return new(nameof(Text), $"names {Text.Count} columns; the task {Eval.Tasks.Name} takes {expected}");
        if (Input is not null && Text.Count == 0 && !Eval.Tasks.HasFiles && !IsText(Input))
            yield return new(nameof(Text), $"is empty, and the task {Eval.Tasks.Name} names no column; give text=[COLUMN]");
    }

    /// <summary>Whether a file has a text a line, and no columns.</summary>
    private static bool IsText(string path) =>
        path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".txt.gz", StringComparison.OrdinalIgnoreCase);
}
