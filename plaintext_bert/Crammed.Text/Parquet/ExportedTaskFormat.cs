using System.Globalization;
using System.Text.Json;
using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>The columns, metadata keys and rules of exported fine-tuning data, shared by writer and reader.</summary>
internal static class ExportedTaskFormat
{
    public const int Version = 3;
    public const string Index = "index";
    public const string InputIds = "input_ids";
    public const string TokenTypeIds = "token_type_ids";
    public const string AttentionMask = "attention_mask";
    public const string Label = "label";

    private const string FormatKey = "format";
    private const string FormatName = "crammed-exported-task";
    private const string VersionKey = "format_version";
    private const string TaskKey = "task";
    private const string SplitKey = "split";
    private const string SequenceLengthKey = "sequence_length";
    private const string HiddenKey = "hidden";
    private const string ClassesKey = "classes";
    private const string LabelNamesKey = "label_names";
    private const string VocabularyKey = "tokenizer_vocabulary_sha256";
    private const string ModelKey = "model_sha256";
    private const string PrefixKey = "prefix";
    private const string SplitExamplesKey = "split_examples";
    private const string ExamplesKey = "examples";
    private const string SeedKey = "seed";
    private const string DataKey = "data_sha256";

    /// <summary>The column of tokens' states: their name is that of the prefix.</summary>
    public static string States(ClientPrefix prefix) => Name(prefix);

    public static List<ParquetField> Fields(ExportedTaskDescription description)
    {
        List<ParquetField> fields =
        [
            new(Index, ParquetFieldType.Int32),
            new(InputIds, ParquetFieldType.Int32, IsList: true),
            new(TokenTypeIds, ParquetFieldType.Int32, IsList: true),
            new(AttentionMask, ParquetFieldType.Int32, IsList: true),
            new(Label, ParquetFieldType.Double),
        ];
        if (description.Hidden > 0)
            fields.Add(new(States(description.Prefix), ParquetFieldType.Float, IsList: true));
        return fields;
    }

    public static IEnumerable<KeyValuePair<string, string>> KeyValues(ExportedTaskDescription description) =>
    [
        new(FormatKey, FormatName),
        new(VersionKey, Number(Version)),
        new(TaskKey, description.Task),
        new(SplitKey, Name(description.Split)),
        new(SequenceLengthKey, Number(description.SequenceLength)),
        new(HiddenKey, Number(description.Hidden)),
        new(ClassesKey, Number(description.Classes)),
        new(LabelNamesKey, JsonSerializer.Serialize(description.LabelNames)),
        new(VocabularyKey, description.VocabularySha256),
        new(ModelKey, description.ModelSha256),
        new(PrefixKey, Name(description.Prefix)),
        .. description.Selection is { } selection ? KeyValues(selection) : [],
    ];

    /// <summary>
    /// Reads the description from a file's metadata; its values are still to be checked with
    /// <see cref="Problem(ExportedTaskDescription)"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">An entry is missing or malformed, or the format is another.</exception>
    public static ExportedTaskDescription Description(IReadOnlyDictionary<string, string> keyValues, string path)
    {
        var format = keyValues.GetValueOrDefault(FormatKey, "");
        if (format != FormatName)
            throw new InvalidDataException($"{path}: is not exported fine-tuning data: {FormatKey} is {ErrorText.Quote(format)}.");
        var version = Integer(keyValues, VersionKey, path);
        if (version != Version)
            throw new InvalidDataException($"{path}: {VersionKey} is {version}, and this program reads {Version}; export the task again.");
        var description = new ExportedTaskDescription(
            Text(keyValues, TaskKey, path),
            Choice<TaskSplit>(keyValues, SplitKey, path),
            Integer(keyValues, SequenceLengthKey, path),
            Integer(keyValues, HiddenKey, path),
            Names(keyValues, path),
            Text(keyValues, VocabularyKey, path),
            Text(keyValues, ModelKey, path))
        {
            Prefix = Choice<ClientPrefix>(keyValues, PrefixKey, path),
            Selection = keyValues.ContainsKey(DataKey) ? Selection(keyValues, path) : null,
        };
        var classes = Integer(keyValues, ClassesKey, path);
        return classes == description.Classes
            ? description
            : throw new InvalidDataException($"{path}: {ClassesKey} is {classes}, and {LabelNamesKey} has {description.Classes}.");
    }

    /// <summary>What is wrong with a description, or null.</summary>
    public static string? Problem(ExportedTaskDescription description)
    {
        const int Largest = ExportedTaskDescription.LargestSize;
        if (description.SequenceLength is < 1 or > Largest)
            return $"{SequenceLengthKey} is {description.SequenceLength}, where 1 to {Largest} is needed";
        if (description.Hidden is < 0 or > Largest)
            return $"{HiddenKey} is {description.Hidden}, where 0 to {Largest} is needed";
        if (!IsSha256(description.VocabularySha256))
            return $"{VocabularyKey} is {ErrorText.Quote(description.VocabularySha256)}, where 64 lower-case hexadecimal digits are needed";
        if (description.Hidden == 0 && description.Prefix != ClientPrefix.Embedding)
            return $"{PrefixKey} is {Name(description.Prefix)}, and {HiddenKey} is 0";
        if (description.Selection is { } selection && Problem(selection) is { } problem)
            return problem;
        var isRightModel = description.Hidden == 0 ? description.ModelSha256.Length == 0 : IsSha256(description.ModelSha256);
        return isRightModel
            ? null
            : $"{ModelKey} is {ErrorText.Quote(description.ModelSha256)}, where a SHA-256 goes with states and nothing without them";
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

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyDictionary<string, string> keyValues, string key, string path) =>
        keyValues.TryGetValue(key, out var value) ? value : throw new InvalidDataException($"{path}: the metadata has no {key}.");

    private static int Integer(IReadOnlyDictionary<string, string> keyValues, string key, string path)
    {
        var text = Text(keyValues, key, path);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidDataException($"{path}: {key} is {ErrorText.Quote(text)}, where a whole number from 0 on is needed.");
    }

    private static IEnumerable<KeyValuePair<string, string>> KeyValues(ExportedSelection selection) =>
    [
        new(SplitExamplesKey, Number(selection.SplitExamples)),
        new(ExamplesKey, Number(selection.Examples)),
        new(SeedKey, selection.Seed.ToString(CultureInfo.InvariantCulture)),
        new(DataKey, selection.DataSha256),
    ];

    private static ExportedSelection Selection(IReadOnlyDictionary<string, string> keyValues, string path)
    {
        var seed = Text(keyValues, SeedKey, path);
        return long.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new(Integer(keyValues, SplitExamplesKey, path), Integer(keyValues, ExamplesKey, path), value, Text(keyValues, DataKey, path))
            : throw new InvalidDataException($"{path}: {SeedKey} is {ErrorText.Quote(seed)}, where a whole number from 0 on is needed.");
    }

    private static string? Problem(ExportedSelection selection)
    {
        if (selection.Examples < 1 || selection.Examples > selection.SplitExamples)
            return $"{ExamplesKey} is {selection.Examples}, where 1 to {SplitExamplesKey}, {selection.SplitExamples}, is needed";
        if (selection.Seed < 0)
            return $"{SeedKey} is {selection.Seed}, where 0 or more is needed";
        return IsSha256(selection.DataSha256)
            ? null
            : $"{DataKey} is {ErrorText.Quote(selection.DataSha256)}, where 64 lower-case hexadecimal digits are needed";
    }

    private static string Name<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();

    private static T Choice<T>(IReadOnlyDictionary<string, string> keyValues, string key, string path)
        where T : struct, Enum
    {
        var text = Text(keyValues, key, path);
        foreach (var choice in Enum.GetValues<T>())
        {
            if (Name(choice) == text)
                return choice;
        }

        var names = string.Join(" or ", Enum.GetValues<T>().Select(Name));
        throw new InvalidDataException($"{path}: {key} is {ErrorText.Quote(text)}, where {names} is needed.");
    }

    private static string[] Names(IReadOnlyDictionary<string, string> keyValues, string path)
    {
        var json = Text(keyValues, LabelNamesKey, path);
        try
        {
            var names = JsonSerializer.Deserialize<string?[]>(json);
            if (names is not null && names.All(name => name is not null))
                return names!;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: {LabelNamesKey} is {ErrorText.Quote(json)}, which is not JSON.", error);
        }

        throw new InvalidDataException($"{path}: {LabelNamesKey} is {ErrorText.Quote(json)}, where a JSON list of texts is needed.");
    }
}
