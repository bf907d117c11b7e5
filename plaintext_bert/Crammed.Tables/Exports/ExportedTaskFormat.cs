using System.Globalization;
using Crammed.Files;

namespace Crammed.Tables;

/// <summary>The columns and rules of exported fine-tuning data, shared by writer and reader.</summary>
internal static class ExportedTaskFormat
{
    public const string Index = "index";
    public const string InputIds = "input_ids";
    public const string TokenTypeIds = "token_type_ids";
    public const string AttentionMask = "attention_mask";
    public const string Label = "label";

    /// <summary>Not compressed: states do not shrink, and a resumed export is the same byte for byte wherever it goes on.</summary>
    public static readonly PartFormat Parts = new("crammed-exported-task", 3, IsCompressed: false);

    /// <summary>The column of tokens' states: their name is that of the prefix.</summary>
    public static string States(ClientPrefix prefix) => prefix.ToString().ToLowerInvariant();

    /// <summary>The names of the columns in order.</summary>
    public static IEnumerable<string> Columns(ExportedTaskDescription description)
    {
        string[] tokens = [Index, InputIds, TokenTypeIds, AttentionMask, Label];
        return description.Hidden > 0 ? tokens.Append(States(description.Prefix)) : tokens;
    }

    /// <summary>What is wrong with a description, or null.</summary>
    public static string? Problem(ExportedTaskDescription description)
    {
        const int Largest = ExportedTaskDescription.LargestSize;
        var (selection, hasStates) = (description.Selection, description.Hidden > 0);
        if (description.SequenceLength is < 1 or > Largest)
            return $"sequence_length is {description.SequenceLength}, where 1 to {Largest} is needed";
        if (description.Hidden is < 0 or > Largest)
            return $"hidden is {description.Hidden}, where 0 to {Largest} is needed";
        if (!hasStates && description.Prefix != ClientPrefix.Embedding)
            return $"prefix is {States(description.Prefix)}, and hidden is 0";
        if (selection.Examples < 1 || selection.Examples > selection.SplitExamples)
            return $"examples is {selection.Examples}, where 1 to split_examples, {selection.SplitExamples}, is needed";
        if (selection.Seed < 0)
            return $"seed is {selection.Seed}, where 0 or more is needed";
        return HashProblem("vocabulary_sha256", description.VocabularySha256)
            ?? HashProblem("data_sha256", selection.DataSha256)
            ?? (hasStates || description.ModelSha256.Length > 0 ? HashProblem("model_sha256", description.ModelSha256) : null)
            ?? (hasStates || description.ModelSha256.Length == 0 ? null : "model_sha256 is set, and hidden is 0");
    }

    /// <summary>What is wrong with an example, or null; names the column and the value.</summary>
    public static string? Problem(ExportedTaskDescription description, ExportedExample example)
    {
        if (example.Index < 0)
            return $"{Index} is {example.Index}, where 0 or more is needed";
        return LengthProblem(InputIds, example.InputIds.Length, description.SequenceLength)
            ?? LengthProblem(TokenTypeIds, example.TokenTypeIds.Length, description.SequenceLength)
            ?? LengthProblem(AttentionMask, example.AttentionMask.Length, description.SequenceLength)
            ?? LengthProblem(States(description.Prefix), example.Embedding?.Length ?? 0, description.SequenceLength * description.Hidden)
            ?? ValueProblem(InputIds, example.InputIds, id => id >= 0, "0 or more")
            ?? ValueProblem(TokenTypeIds, example.TokenTypeIds, type => type is 0 or 1, "0 or 1")
            ?? ValueProblem(AttentionMask, example.AttentionMask, mask => mask is 0 or 1, "0 or 1")
            ?? LabelProblem(description, example.Label)
            ?? ValueProblem(States(description.Prefix), example.Embedding ?? [], float.IsFinite, "a finite number");
    }

    private static string? HashProblem(string key, string value) => Sha256Text.IsOne(value)
        ? null
        : $"{key} is {ErrorText.Quote(value)}, where 64 lower-case hexadecimal digits are needed";

    private static string? LengthProblem(string column, int length, int needed) =>
        length == needed ? null : $"{column} has {length} values, where {needed} are needed";

    private static string? ValueProblem<T>(string column, T[] values, Predicate<T> isRight, string needed)
        where T : IFormattable
    {
        var position = Array.FindIndex(values, value => !isRight(value));
        return position < 0
            ? null
            : $"{column}[{position}] is {values[position].ToString(null, CultureInfo.InvariantCulture)}, where {needed} is needed";
    }

    private static string? LabelProblem(ExportedTaskDescription description, double label)
    {
        var text = label.ToString(CultureInfo.InvariantCulture);
        if (description.Classes == 0)
            return double.IsFinite(label) ? null : $"{Label} is {text}, where a finite number is needed";
        return label >= 0 && label < description.Classes && label == Math.Floor(label)
            ? null
            : $"{Label} is {text}, where a whole number from 0 to {description.Classes - 1} is needed";
    }
}
