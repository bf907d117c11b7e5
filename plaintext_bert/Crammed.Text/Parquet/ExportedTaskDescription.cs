namespace Crammed.Text.Parquet;

/// <summary>
/// What a file of exported fine-tuning data holds; stored in the file's key-value metadata. Each row is one example: <c>index</c> int32,
/// <c>input_ids</c>, <c>token_type_ids</c> and <c>attention_mask</c> lists of int32, <c>label</c> double and, where there are states of tokens, <c>embedding</c>
/// or <c>norm</c>, a list of float.
/// </summary>
/// <param name="Task">The task's name, for example rte.</param>
/// <param name="Split">The part of the task.</param>
/// <param name="SequenceLength">Tokens of every example, padding included: 1 to <see cref="LargestSize"/>.</param>
/// <param name="Hidden">Features of a token's state, up to <see cref="LargestSize"/>; 0 where the file has no states.</param>
/// <param name="LabelNames">The classes' names in the order of the labels; empty for regression.</param>
/// <param name="VocabularySha256"><see cref="BertTokenizer.Sha256"/>, 64 lower-case hexadecimal digits.</param>
/// <param name="ModelSha256">SHA-256 of the model's weights that made the states; empty where there are none.</param>
public sealed record ExportedTaskDescription(
    string Task,
    TaskSplit Split,
    int SequenceLength,
    int Hidden,
    IReadOnlyList<string> LabelNames,
    string VocabularySha256,
    string ModelSha256)
{
    /// <summary>The largest sequence length and the largest hidden size.</summary>
    public const int LargestSize = 1 << 14;

    /// <summary>What the states are.</summary>
    public ClientPrefix Prefix { get; init; } = ClientPrefix.Embedding;

    /// <summary>Which examples of the split the file holds; null: not said.</summary>
    public ExportedSelection? Selection { get; init; }

    /// <summary>Number of classes; 0 for regression.</summary>
    public int Classes => LabelNames.Count;
}
