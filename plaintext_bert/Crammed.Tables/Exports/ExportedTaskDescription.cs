using System.Text.Json.Serialization;

namespace Crammed.Tables;

/// <summary>How far into the model the client computes in the clear, and so what the states are that an export holds.</summary>
public enum ClientPrefix
{
    /// <summary>The embedding's output, [token][hidden] (Rho et al., arXiv 2410.02486, section 2): column <c>embedding</c>.</summary>
    Embedding,

    /// <summary>The output of the first layer's norm before attention, [token][hidden]: column <c>norm</c>.</summary>
    Norm,
}

/// <summary>
/// Which examples of a split an export holds, and what they are, so that an interrupted export goes on with the same ones.
/// </summary>
/// <param name="SplitExamples">Examples in the whole split, 1 or more.</param>
/// <param name="Examples">Examples exported, 1 to <paramref name="SplitExamples"/>.</param>
/// <param name="Seed">What a random subset was drawn with, 0 or more.</param>
/// <param name="DataSha256">SHA-256 of the exported examples' texts and labels, 64 lower-case hexadecimal digits.</param>
public sealed record ExportedSelection(int SplitExamples, int Examples, long Seed, string DataSha256);

/// <summary>
/// What a folder of exported fine-tuning data holds; stored in its manifest. Each row is one example: <c>index</c> int32,
/// <c>input_ids</c>, <c>token_type_ids</c> and <c>attention_mask</c> lists of int32, <c>label</c> double and, where there are states of
/// tokens, <c>embedding</c> or <c>norm</c>, a list of float.
/// </summary>
/// <param name="Task">The task's name, for example rte.</param>
/// <param name="Split">The part of the task: train or dev.</param>
/// <param name="SequenceLength">Tokens of every example, padding included: 1 to <see cref="LargestSize"/>.</param>
/// <param name="Hidden">Features of a token's state, up to <see cref="LargestSize"/>; 0 where there are no states.</param>
/// <param name="LabelNames">The classes' names in the order of the labels; empty for regression.</param>
/// <param name="VocabularySha256">SHA-256 of the tokenizer's vocabulary and settings, 64 lower-case hexadecimal digits.</param>
/// <param name="ModelSha256">SHA-256 of the model's weights that made the states; empty where there are none.</param>
/// <param name="Prefix">What the states are.</param>
/// <param name="Selection">Which examples of the split the folder holds.</param>
public sealed record ExportedTaskDescription(
    string Task,
    string Split,
    int SequenceLength,
    int Hidden,
    IReadOnlyList<string> LabelNames,
    string VocabularySha256,
    string ModelSha256,
    ClientPrefix Prefix,
    ExportedSelection Selection)
{
    /// <summary>The largest sequence length and the largest hidden size.</summary>
    public const int LargestSize = 1 << 14;

    /// <summary>Number of classes; 0 for regression.</summary>
    [JsonIgnore]
    public int Classes => LabelNames.Count;
}
