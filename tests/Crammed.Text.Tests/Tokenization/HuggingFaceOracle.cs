using System.Text.Json;

namespace Crammed.Text.Tests;

/// <summary>oracle/hugging-face.json: what Hugging Face's library makes of our inputs (written by oracle/generate.cjs).</summary>
internal sealed record HuggingFaceOracle(
    IReadOnlyList<HuggingFaceOracle.TextCase> Texts,
    IReadOnlyList<HuggingFaceOracle.PairCase> Pairs,
    IReadOnlyList<HuggingFaceOracle.NormalizerCase> Normalizer,
    IReadOnlyList<HuggingFaceOracle.DecompositionCase> Decomposition,
    IReadOnlyList<HuggingFaceOracle.MarksCase> Marks,
    HuggingFaceOracle.TrainingCase Training)
{
    public static HuggingFaceOracle Instance { get; } = Load();

    /// <summary>The special tokens and the vocabulary that the library trained: the model of <see cref="TextCase.Small"/>.</summary>
    public WordPieceVocabulary SmallVocabulary => new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Training.Vocabulary]);

    private static HuggingFaceOracle Load()
    {
        using var stream = File.OpenRead(Path.Combine(SharedFolders.Tests, "Tokenization", "oracle", "hugging-face.json"));
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };
        return JsonSerializer.Deserialize<HuggingFaceOracle>(stream, options)!;
    }

    internal sealed record TextCase(string Text, string[] Words, string[] CasedWords, Encoded Bert, Encoded Small);

    internal sealed record Encoded(int[] Ids, string Decoded);

    internal sealed record PairCase(string First, string? Second, int MaxLength, int[] Ids, int[] AttentionMask, int[] TokenTypeIds);

    internal sealed record NormalizerCase(int First, int Last, string Uncased, string Cased, string LowercaseOnly, string Words);

    internal sealed record DecompositionCase(int First, int Last, string Sha256);

    internal sealed record MarksCase(string Text, string Decomposed);

    internal sealed record TrainingCase(string[] Text, string[] Vocabulary);
}
