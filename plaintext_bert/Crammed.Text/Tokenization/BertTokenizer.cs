using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Crammed.Files;
using Microsoft.ML.Tokenizers;

namespace Crammed.Text;

/// <summary>
/// BERT's tokenizer: clean-up, lower-casing, accent stripping and splitting as Hugging Face's fast BertTokenizer does them, then the
/// WordPiece model of Microsoft.ML.Tokenizers. (The BertTokenizer of that package drops and keeps other characters.) Ids come without
/// [CLS] and [SEP], which an <see cref="InputEncoder"/> adds. Safe for use by several threads.
/// </summary>
public sealed class BertTokenizer : Tokenizer
{
    /// <summary>The most that <see cref="BertOptions.MaxInputCharsPerWord"/> may be.</summary>
    internal const int LongestWord = 10_000;

    private readonly WordPieceTokenizer _wordPiece;
    private readonly BertNormalizer? _normalizer;
    private readonly BertPreTokenizer _preTokenizer;
    private readonly Dictionary<string, int> _specialTokens;
    private readonly SearchValues<string> _specialTokenSearch;

    private BertTokenizer(WordPieceVocabulary vocabulary, BertOptions options, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.ContinuingSubwordPrefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxInputCharsPerWord, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxInputCharsPerWord, LongestWord);
        Vocabulary = vocabulary;
        Options = options;
        Special = new SpecialTokens(
            Id(options.PaddingToken), Id(options.ClassificationToken), Id(options.SeparatorToken), Id(options.MaskingToken));
        // Longest first: where one begins with another, the longer is meant.
        string[] special =
        [
            options.PaddingToken, options.UnknownToken, options.ClassificationToken, options.SeparatorToken, options.MaskingToken,
            .. options.AdditionalSpecialTokens,
        ];
        _specialTokens = special.Distinct().OrderByDescending(token => token.Length).ToDictionary(token => token, Id);
        _specialTokenSearch = SearchValues.Create(options.SplitOnSpecialTokens ? [.. _specialTokens.Keys] : [], StringComparison.Ordinal);
        _normalizer = options.Normalizer();
        _preTokenizer = options.PreTokenizer();
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(vocabulary.ToText()));
        _wordPiece = WordPieceTokenizer.Create(lines, new WordPieceOptions
        {
            UnknownToken = options.UnknownToken,
            ContinuingSubwordPrefix = options.ContinuingSubwordPrefix,
            // The package counts UTF-16 units; IsTooLong counts characters.
            MaxInputCharsPerWord = 2 * options.MaxInputCharsPerWord,
        });

        int Id(string token) => vocabulary.TryGetId(token, out var id) ? id : throw new InvalidDataException(
            $"{name}: the special token {ErrorText.Quote(token)} is missing; a BERT vocabulary has it on a line of its own.");
    }

    /// <summary>The tokens and their ids.</summary>
    public WordPieceVocabulary Vocabulary { get; }

    /// <summary>How text is read.</summary>
    public BertOptions Options { get; }

    /// <summary>The ids of [PAD], [CLS], [SEP] and [MASK].</summary>
    public SpecialTokens Special { get; }

    /// <summary>The id of [UNK].</summary>
    public int UnknownTokenId => _wordPiece.UnknownTokenId;

    /// <inheritdoc/>
    public override Normalizer? Normalizer => _normalizer;

    /// <inheritdoc/>
    public override PreTokenizer PreTokenizer => _preTokenizer;

    /// <summary>
    /// Tells tokenizers apart that give other ids: SHA-256, in lower-case hexadecimal, of vocab.txt and, where the options are not the
    /// defaults, of tokenizer_config.json, as <see cref="Save"/> writes them.
    /// </summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        Vocabulary.ToText() + (BertTokenizerFiles.AreDefaults(Options) ? "" : BertTokenizerFiles.ToJson(Options)))));

    /// <summary>Makes a tokenizer from a vocabulary in memory, as the trainer returns it.</summary>
    /// <exception cref="InvalidDataException">The vocabulary lacks a special token.</exception>
    public static BertTokenizer Create(WordPieceVocabulary vocabulary, BertOptions? options = null) =>
        Create(vocabulary, options ?? new BertOptions(), "the vocabulary");

    /// <summary>
    /// Reads the tokenizer of a BERT as Hugging Face's transformers and <see cref="Save"/> write it: vocab.txt or tokenizer.json, and
    /// beside it, where they are there, tokenizer_config.json, special_tokens_map.json and added_tokens.json.
    /// </summary>
    /// <param name="path">The folder, or its vocab.txt or tokenizer.json.</param>
    /// <param name="settingsFolder">Another folder whose settings must be the same, such as the model's; null: none.</param>
    /// <param name="sequenceLength">Tokens of the inputs to be made, which the files may limit; null: not known.</param>
    /// <exception cref="InvalidDataException">
    /// A file is malformed, files contradict each other, or a setting changes the ids in a way that is not supported; names file, field
    /// and value, and says what to do.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is neither vocab.txt nor tokenizer.json.</exception>
    public static BertTokenizer Load(string path, string? settingsFolder = null, int? sequenceLength = null) =>
        new BertTokenizerFiles(path, settingsFolder, sequenceLength).Read();

    /// <summary>Writes vocab.txt and tokenizer_config.json, which <see cref="Load"/> reads.</summary>
    public void Save(string folder) => BertTokenizerFiles.Write(this, folder);

    /// <summary>Whether a token is kept whole where it stands in the text.</summary>
    internal bool IsSpecial(string token) => _specialTokens.ContainsKey(token);

    internal static BertTokenizer Create(WordPieceVocabulary vocabulary, BertOptions options, string name)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return new BertTokenizer(vocabulary, options, name);
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>
    /// The text of ids: words set apart by blanks, pieces joined to their words. Case, accents and the text's own spacing are gone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        StringBuilder text = new();
        foreach (var token in ids.Select(id => Vocabulary[id]).Where(token => !skipSpecialTokens || !_specialTokens.ContainsKey(token)))
        {
            if (text.Length > 0 && token.StartsWith(Options.ContinuingSubwordPrefix, StringComparison.Ordinal))
                text.Append(token.AsSpan(Options.ContinuingSubwordPrefix.Length));
            else
                text.Append(text.Length > 0 ? " " : "").Append(token);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        var all = ids.ToList();
        var text = Decode(all);
        var fits = text.TryCopyTo(destination);
        (idsConsumed, charsWritten) = fits ? (all.Count, text.Length) : (0, 0);
        return fits ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var rest = text is null ? textSpan : text;
        List<EncodedToken> tokens = [];
        StringBuilder normalized = new(rest.Length);
        while (rest.IndexOfAny(_specialTokenSearch) is var position and >= 0)
        {
            AppendOrdinary(rest[..position], settings, tokens, normalized);
            var (token, id) = SpecialTokenAt(rest[position..]);
            tokens.Add(new EncodedToken(id, token, normalized.Length..(normalized.Length + token.Length)));
            normalized.Append(token);
            rest = rest[(position + token.Length)..];
        }
        AppendOrdinary(rest, settings, tokens, normalized);
        var whole = normalized.ToString();
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = whole, CharsConsumed = whole.Length };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var results = EncodeToTokens(text, textSpan, settings);
        var taken = Math.Min(results.Tokens.Count, settings.MaxTokenCount);
        var ids = new int[taken];
        for (var i = 0; i < taken; i++)
            ids[i] = results.Tokens[i].Id;
        var consumed = taken == results.Tokens.Count ? results.CharsConsumed : results.Tokens[taken].Offset.Start.Value;
        return new EncodeResults<int> { Tokens = ids, NormalizedText = results.NormalizedText, CharsConsumed = consumed };
    }

    private (string Token, int Id) SpecialTokenAt(ReadOnlySpan<char> text)
    {
        foreach (var (token, id) in _specialTokens)
        {
            if (text.StartsWith(token, StringComparison.Ordinal))
                return (token, id);
        }
        throw new InvalidOperationException("A special token was found but none of them starts there.");
    }

    private void AppendOrdinary(ReadOnlySpan<char> text, EncodeSettings settings, List<EncodedToken> tokens, StringBuilder normalized)
    {
        if (settings.ConsiderNormalization && _normalizer is not null)
            text = _normalizer.Normalize(text);
        if (!settings.ConsiderPreTokenization)
            AppendWord(text, normalized.Length, tokens);
        else
        {
            foreach (var (offset, length) in _preTokenizer.Words(text))
                AppendWord(text.Slice(offset, length), normalized.Length + offset, tokens);
        }
        normalized.Append(text);
    }

    private void AppendWord(ReadOnlySpan<char> word, int offset, List<EncodedToken> tokens)
    {
        if (IsTooLong(word))
        {
            tokens.Add(new EncodedToken(UnknownTokenId, Options.UnknownToken, offset..(offset + word.Length)));
            return;
        }
        var pieces = _wordPiece.EncodeToTokens(word, out _, considerPreTokenization: false, considerNormalization: false);
        foreach (var piece in pieces)
            tokens.Add(new EncodedToken(piece.Id, piece.Value, (piece.Offset.Start.Value + offset)..(piece.Offset.End.Value + offset)));
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= Options.MaxInputCharsPerWord)
            return false;
        var characters = 0;
        foreach (var _ in word.EnumerateRunes())
            characters++;
        return characters > Options.MaxInputCharsPerWord;
    }
}
