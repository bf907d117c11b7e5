using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Bert;

/// <summary>Everything that decides a pretraining set's content. Sets of equal keys are equal.</summary>
/// <param name="SourcesSha256">Over the sources: the SHA-256 of each file, and what is selected of it.</param>
/// <param name="Vocabulary"><see cref="BertTokenizer.Sha256"/>, or the size of a vocabulary to train.</param>
/// <param name="SequenceLength">Tokens of a packed sequence.</param>
/// <param name="Seed">The seed.</param>
/// <param name="HeldOutFraction">Share of the documents to hold out.</param>
/// <param name="Deduplicate">Whether duplicates are left out.</param>
/// <param name="Shuffle">Whether documents are shuffled.</param>
internal sealed record PretrainingSetKey(
    string SourcesSha256, string Vocabulary, int SequenceLength, long Seed, double HeldOutFraction, bool Deduplicate, bool Shuffle)
{
    /// <summary>To be raised with every change of what is made of the same text, or of the files' layout.</summary>
    public static readonly PartFormat Format = new("crammed-pretraining-set", 2, IsCompressed: true);

    private const string Trained = "trained, ";
    private const int BlockBytes = 1 << 20;

    /// <summary>A name for the folder of the set: 16 hexadecimal digits of a hash.</summary>
    [JsonIgnore]
    public string FolderName => "pretraining-set-" + Sha256($"{Format}\n{JsonSerializer.Serialize(this)}")[..16];

    /// <summary>Whether a tokenizer is the one that was given; of a trained one nothing is known beforehand.</summary>
    public bool IsOf(BertTokenizer tokenizer) =>
        Vocabulary.StartsWith(Trained, StringComparison.Ordinal) || Vocabulary == tokenizer.Sha256;

    /// <summary>Reads all files of the sources, as they are.</summary>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static PretrainingSetKey Of(
        PretrainingSetOptions options, string? tokenizerSha256, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var files = options.Sources.SelectMany(source => source.Files).Distinct().ToList();
        long done = 0, total = files.Sum(file => new FileInfo(file).Length);
        var hashes = files.ToDictionary(file => file, file => HashFile(file, count =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new WorkProgress("looking for cached tokens", done += count, total, "bytes"));
        }));
        var sources = options.Sources.Select(source =>
            $"{source.GetType().Name}\n{source.Selection}\n{string.Join('\n', source.Files.Select(file => hashes[file]))}\n");
        var vocabulary = tokenizerSha256 ?? string.Create(CultureInfo.InvariantCulture, $"{Trained}{options.VocabularySize}");
        return new PretrainingSetKey(
            Sha256(string.Concat(sources)),
            vocabulary,
            options.SequenceLength,
            options.Seed,
            options.HeldOutFraction,
            options.Deduplicate,
            options.Shuffle);
    }

    private static string HashFile(string path, Action<int> blockRead)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenRead(path);
        var block = new byte[BlockBytes];
        int count;
        while ((count = file.Read(block)) > 0)
        {
            hash.AppendData(block, 0, count);
            blockRead(count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
