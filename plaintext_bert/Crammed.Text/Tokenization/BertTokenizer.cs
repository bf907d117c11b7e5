using System.Buffers;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// BERT's tokenizer: clean-up, lower-casing, accent stripping, splitting, WordPiece. Names and defaults of the methods are those of
/// Microsoft.ML.Tokenizers.BertTokenizer, the ids those of Hugging Face's fast BertTokenizer. Safe for use by several threads.
/// </summary>
public sealed class BertTokenizer
{
    private readonly BertWordSplitter _splitter;
    private readonly WordPieceModel _model;
    private readonly string[] _specialTokens;
    private readonly SearchValues<string> _specialTokenSearch;
    private readonly HashSet<int> _specialTokenIds;
    private readonly BertOptions _options;

    private BertTokenizer(WordPieceVocabulary vocabulary, BertOptions options, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.ContinuingSubwordPrefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxInputCharsPerWord, 1);
        Vocabulary = vocabulary;
        _options = options;
        UnknownTokenId = Required(options.UnknownToken, vocabulary, name);
        PaddingTokenId = Required(options.PaddingToken, vocabulary, name);
        ClassificationTokenId = Required(options.ClassificationToken, vocabulary, name);
        SeparatorTokenId = Required(options.SeparatorToken, vocabulary, name);
        MaskingTokenId = Required(options.MaskingToken, vocabulary, name);
        _specialTokenIds = [UnknownTokenId, PaddingTokenId, ClassificationTokenId, SeparatorTokenId, MaskingTokenId];
        _specialTokens = [.. _specialTokenIds.Select(id => vocabulary[id]).OrderByDescending(token => token.Length)];
        _specialTokenSearch = SearchValues.Create(_specialTokens, StringComparison.Ordinal);
        _splitter = new BertWordSplitter(options);
        _model = new WordPieceModel(vocabulary, UnknownTokenId, options.ContinuingSubwordPrefix, options.MaxInputCharsPerWord);
    }

    /// <summary>The tokens and their ids.</summary>
    public WordPieceVocabulary Vocabulary { get; }

    /// <summary>The id of [UNK].</summary>
    public int UnknownTokenId { get; }

    /// <summary>The id of [PAD].</summary>
    public int PaddingTokenId { get; }

    /// <summary>The id of [CLS].</summary>
    public int ClassificationTokenId { get; }

    /// <summary>The id of [SEP].</summary>
    public int SeparatorTokenId { get; }

    /// <summary>The id of [MASK].</summary>
    public int MaskingTokenId { get; }

    /// <summary>Makes a tokenizer from vocab.txt.</summary>
    /// <exception cref="InvalidDataException">
    /// The vocabulary is malformed or lacks a special token; the message names file, line and token.
    /// </exception>
    public static BertTokenizer Create(string vocabFilePath, BertOptions? options = null) =>
        new(WordPieceVocabulary.Read(vocabFilePath), options ?? new BertOptions(), vocabFilePath);

    /// <summary>Makes a tokenizer from the text of vocab.txt in a stream.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Create(string, BertOptions?)"/>.</exception>
    public static BertTokenizer Create(Stream vocabStream, BertOptions? options = null) =>
        new(WordPieceVocabulary.Read(vocabStream), options ?? new BertOptions(), "vocab.txt");

    /// <summary>Makes a tokenizer from a vocabulary in memory, as the trainer returns it.</summary>
    /// <exception cref="InvalidDataException">The vocabulary lacks a special token.</exception>
    public static BertTokenizer Create(WordPieceVocabulary vocabulary, BertOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return new BertTokenizer(vocabulary, options ?? new BertOptions(), "the vocabulary");
    }

    /// <summary>The ids of a text, with [CLS] before and [SEP] after.</summary>
    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: true, considerPreTokenization, considerNormalization);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Put [CLS] before and [SEP] after.</param>
    /// <param name="considerPreTokenization">False takes the text (between special tokens) as one word.</param>
    /// <param name="considerNormalization">False leaves out clean-up, accent stripping and lower-casing.</param>
    public IReadOnlyList<int> EncodeToIds(
        string text, bool addSpecialTokens, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        if (addSpecialTokens)
            ids.Add(ClassificationTokenId);
        AppendIds(text, ids, considerPreTokenization, considerNormalization);
        if (addSpecialTokens)
            ids.Add(SeparatorTokenId);
        return ids;
    }

    /// <summary>Appends the ids of a text, without [CLS] and [SEP], to a list that is used again and again.</summary>
    internal void AppendIds(string text, List<int> ids) => AppendIds(text, ids, considerPreTokenization: true, considerNormalization: true);

    /// <summary>The number of ids of a text, without [CLS] and [SEP].</summary>
    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: false, considerPreTokenization, considerNormalization).Count;

    /// <summary>
    /// The input of a model for one text or a pair, cut and padded to a length. Cutting is Hugging Face's "longest_first" of its fast
    /// tokenizers: first the longer text down to the other's length, then both to halves, an odd token going to the longer (the second
    /// where they are equal; as in version 0.23, lengths beyond <paramref name="maxLength"/> count as equal).
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text, or null for a single text.</param>
    /// <param name="maxLength">The length of the result, at least the number of special tokens (2, for a pair 3).</param>
    public BertEncoding Encode(string first, string? second, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(first);
        int room = maxLength - (second is null ? 2 : 3);
        ArgumentOutOfRangeException.ThrowIfNegative(room, nameof(maxLength));
        List<int> firstIds = [], secondIds = [];
        AppendIds(first, firstIds, considerPreTokenization: true, considerNormalization: true);
        if (second is not null)
            AppendIds(second, secondIds, considerPreTokenization: true, considerNormalization: true);
        (int firstCount, int secondCount) = TruncatedLengths(
            Math.Min(firstIds.Count, maxLength), Math.Min(secondIds.Count, maxLength), room);
        firstIds.RemoveRange(firstCount, firstIds.Count - firstCount);
        secondIds.RemoveRange(secondCount, secondIds.Count - secondCount);

        IReadOnlyList<int> tokens = BuildInputsWithSpecialTokens(firstIds, second is null ? null : secondIds);
        int[] ids = new int[maxLength], mask = new int[maxLength], types = new int[maxLength];
        Array.Fill(ids, PaddingTokenId);
        for (int i = 0; i < tokens.Count; i++)
        {
            ids[i] = tokens[i];
            mask[i] = 1;
            types[i] = i < firstIds.Count + 2 ? 0 : 1;
        }
        return new BertEncoding(ids, mask, types, tokens.Count);
    }

    /// <summary>[CLS] tokens [SEP], and additional tokens [SEP] where given.</summary>
    public IReadOnlyList<int> BuildInputsWithSpecialTokens(IEnumerable<int> tokenIds, IEnumerable<int>? additionalTokenIds = null)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        List<int> ids = [ClassificationTokenId, .. tokenIds, SeparatorTokenId];
        if (additionalTokenIds is not null)
        {
            ids.AddRange(additionalTokenIds);
            ids.Add(SeparatorTokenId);
        }
        return ids;
    }

    /// <summary>
    /// For each id of <see cref="BuildInputsWithSpecialTokens"/>: 1 where it is an added special token, else 0. With
    /// <paramref name="alreadyHasSpecialTokens"/>, for each of the given ids: 1 where it is any special token.
    /// </summary>
    public IReadOnlyList<int> GetSpecialTokensMask(
        IEnumerable<int> tokenIds, IEnumerable<int>? additionalTokenIds = null, bool alreadyHasSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        if (alreadyHasSpecialTokens)
            return [.. tokenIds.Concat(additionalTokenIds ?? []).Select(id => _specialTokenIds.Contains(id) ? 1 : 0)];
        List<int> mask = [1, .. tokenIds.Select(_ => 0), 1];
        if (additionalTokenIds is not null)
            mask.AddRange([.. additionalTokenIds.Select(_ => 0), 1]);
        return mask;
    }

    /// <summary>For each id of <see cref="BuildInputsWithSpecialTokens"/>: 0 in the first text, 1 in the second.</summary>
    public IReadOnlyList<int> CreateTokenTypeIdsFromSequences(IEnumerable<int> tokenIds, IEnumerable<int>? additionalTokenIds = null)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        List<int> types = [0, .. tokenIds.Select(_ => 0), 0];
        if (additionalTokenIds is not null)
            types.AddRange([.. additionalTokenIds.Select(_ => 1), 1]);
        return types;
    }

    /// <summary>
    /// The text of ids: words set apart by blanks, pieces joined to their words. Case, accents and the text's own spacing are gone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        StringBuilder text = new();
        bool first = true;
        foreach (int id in ids)
        {
            string token = Vocabulary[id];
            if (skipSpecialTokens && _specialTokenIds.Contains(id))
                continue;
            if (!first && token.StartsWith(_options.ContinuingSubwordPrefix, StringComparison.Ordinal))
                text.Append(token, _options.ContinuingSubwordPrefix.Length, token.Length - _options.ContinuingSubwordPrefix.Length);
            else
                text.Append(first ? "" : " ").Append(token);
            first = false;
        }
        return text.ToString();
    }

    /// <summary>The words that WordPiece gets from a text under given options, special tokens in it not regarded.</summary>
    internal static IReadOnlyList<string> Words(string text, BertOptions options)
    {
        List<string> words = [];
        WordCollector collector = new(words);
        new BertWordSplitter(options).Split(text, ref collector);
        return words;
    }

    private static int Required(string token, WordPieceVocabulary vocabulary, string name) =>
        vocabulary.TryGetId(token, out int id)
            ? id
            : throw new InvalidDataException(
                $"{name}: the special token '{token}' is missing; a BERT vocabulary has it on a line of its own.");

    private static (int First, int Second) TruncatedLengths(int first, int second, int room)
    {
        if (first + second <= room)
            return (first, second);
        int shorter = Math.Min(first, second), longer = room - shorter;
        if (longer < shorter)
        {
            shorter = room / 2;
            longer = room - shorter;
        }
        return first > second ? (longer, shorter) : (shorter, longer);
    }

    private void AppendIds(ReadOnlySpan<char> text, List<int> ids, bool considerPreTokenization, bool considerNormalization)
    {
        while (_options.SplitOnSpecialTokens && text.IndexOfAny(_specialTokenSearch) is var position and >= 0)
        {
            string token = SpecialTokenAt(text[position..]);
            AppendOrdinaryIds(text[..position], ids, considerPreTokenization, considerNormalization);
            Vocabulary.TryGetId(token, out int id);
            ids.Add(id);
            text = text[(position + token.Length)..];
        }
        AppendOrdinaryIds(text, ids, considerPreTokenization, considerNormalization);
    }

    private string SpecialTokenAt(ReadOnlySpan<char> text)
    {
        foreach (string token in _specialTokens)
        {
            if (text.StartsWith(token, StringComparison.Ordinal))
                return token;
        }
        throw new InvalidOperationException("A special token was found but none of them starts there.");
    }

    private void AppendOrdinaryIds(ReadOnlySpan<char> text, List<int> ids, bool considerPreTokenization, bool considerNormalization)
    {
        bool normalize = considerNormalization && _options.ApplyBasicTokenization;
        if (normalize && considerPreTokenization)
        {
            PieceAppender appender = new(_model, ids);
            _splitter.Split(text, ref appender);
            return;
        }
        ReadOnlySpan<char> normalized = normalize ? _splitter.Normalize(text) : text;
        if (!considerPreTokenization)
        {
            if (!normalized.IsEmpty)
                _model.Append(normalized, ids);
            return;
        }
        foreach (Range word in BertPreTokenizer.Split(normalized, _options.ApplyBasicTokenization))
            _model.Append(normalized[word], ids);
    }

    private readonly struct PieceAppender(WordPieceModel model, List<int> ids) : IWordReceiver
    {
        public void Receive(scoped ReadOnlySpan<char> word) => model.Append(word, ids);
    }

    private readonly struct WordCollector(List<string> words) : IWordReceiver
    {
        public void Receive(scoped ReadOnlySpan<char> word) => words.Add(word.ToString());
    }
}
