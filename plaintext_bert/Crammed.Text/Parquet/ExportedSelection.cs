namespace Crammed.Text.Parquet;

/// <summary>
/// Which examples of a split an export holds, and what they are, so that an interrupted export goes on with the same ones.
/// </summary>
/// <param name="SplitExamples">Examples in the whole split, 1 or more.</param>
/// <param name="Examples">Examples exported, 1 to <paramref name="SplitExamples"/>.</param>
/// <param name="Seed">What a random subset was drawn with, 0 or more.</param>
/// <param name="DataSha256">SHA-256 of the exported examples' texts and labels, 64 lower-case hexadecimal digits.</param>
public sealed record ExportedSelection(int SplitExamples, int Examples, long Seed, string DataSha256);
