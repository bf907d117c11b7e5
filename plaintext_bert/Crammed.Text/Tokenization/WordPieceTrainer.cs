using System.Runtime.InteropServices;
using System.Text;

namespace Crammed.Text;

/// <summary>What a <see cref="WordPieceTrainer"/> makes.</summary>
public sealed record WordPieceTrainerOptions
{
    /// <summary>Tokens of the vocabulary, special ones and letters included. Fewer come out where the text has no more to merge.</summary>
    public int VocabularySize { get; init; } = 8192;

    /// <summary>Pairs that occur less often are not merged.</summary>
    public int MinimumFrequency { get; init; } = 2;

    /// <summary>The most frequent characters kept; words with another one are left out, as they will be unknown words.</summary>
    public int AlphabetLimit { get; init; } = 1000;

    /// <summary>How the tokenizer that will use the vocabulary prepares text, and its special tokens.</summary>
    public BertOptions Tokenization { get; init; } = new();
}

/// <summary>
/// Trains a WordPiece vocabulary as Hugging Face's WordPieceTrainer does: by byte-pair encoding's criterion (Sennrich et al. 2016,
/// arXiv 1508.07909). Words start as single characters; the most frequent pair of neighbours becomes a token, again and again.
/// </summary>
/// <remarks>
/// The result depends on the words' counts alone, not on the order of the texts: special tokens, the characters in the order of their code
/// points, the same as continuations, then the merges; of pairs equally frequent the one with the smaller ids is merged.
/// </remarks>
public sealed class WordPieceTrainer
{
    private readonly WordPieceTrainerOptions _options;
    private readonly List<string> _tokens;
    private readonly Dictionary<string, int> _ids;

    private WordPieceTrainer(WordPieceTrainerOptions options)
    {
        var tokenization = options.Tokenization;
        _options = options;
        _tokens =
        [
            tokenization.PaddingToken, tokenization.UnknownToken, tokenization.ClassificationToken, tokenization.SeparatorToken,
            tokenization.MaskingToken,
        ];
        _ids = _tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
    }

    private string Prefix => _options.Tokenization.ContinuingSubwordPrefix;

    /// <summary>Trains on texts.</summary>
    /// <param name="texts">The texts; they are read once.</param>
    /// <param name="options">Size and limits; null for the defaults.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>
    /// The vocabulary: padding, unknown, classification, separator and masking token have the ids 0 to 4.
    /// </returns>
    /// <exception cref="ArgumentException">An option is out of range, or the characters alone exceed the vocabulary's size.</exception>
    /// <exception cref="OperationCanceledException">The training was stopped.</exception>
    public static WordPieceVocabulary Train(
        IEnumerable<string> texts, WordPieceTrainerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new WordPieceTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinimumFrequency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AlphabetLimit, 1);
        WordPieceTrainer trainer = new(options);
        var counts = trainer.CountWords(texts, cancellation);
        trainer.AddAlphabet(counts);
        PairMerger merger = new(trainer.Spell(counts));
        trainer.AddMerges(merger, cancellation);
        return new WordPieceVocabulary(trainer._tokens);
    }

    private Dictionary<string, long> CountWords(IEnumerable<string> texts, CancellationToken cancellation)
    {
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        var words = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var (normalizer, preTokenizer) = (_options.Tokenization.Normalizer(), _options.Tokenization.PreTokenizer());
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            var normalized = normalizer?.Normalize(text) ?? text;
            foreach (var (offset, length) in preTokenizer.Words(normalized))
                CollectionsMarshal.GetValueRefOrAddDefault(words, normalized.AsSpan(offset, length), out _)++;
        }
        return counts;
    }

    /// <summary>Adds the characters, first as they start words, then as they continue them, and deletes words with any other.</summary>
    private void AddAlphabet(Dictionary<string, long> counts)
    {
        Dictionary<Rune, long> characterCounts = [];
        foreach ((var word, var count) in counts)
        {
            foreach (var character in word.EnumerateRunes())
                CollectionsMarshal.GetValueRefOrAddDefault(characterCounts, character, out _) += count;
        }
        HashSet<Rune> alphabet =
        [
            .. characterCounts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(_options.AlphabetLimit)
                .Select(entry => entry.Key),
        ];
        foreach (var word in counts.Keys.Where(word => !CanSpell(word, alphabet)).ToList())
            counts.Remove(word);
        var continuing = counts.Keys.SelectMany(word => word.EnumerateRunes().Skip(1)).Distinct();
        foreach (var character in alphabet.Order())
            IdOf(character.ToString());
        foreach (var character in continuing.Order())
            IdOf(Prefix + character);
        if (_tokens.Count > _options.VocabularySize)
        {
            throw new ArgumentException(
                $"The special tokens and characters are {_tokens.Count} tokens, more than the vocabulary's size {_options.VocabularySize}; "
                + "raise the size or lower the alphabet's limit.");
        }
    }

    private bool CanSpell(string word, HashSet<Rune> alphabet)
    {
        var characters = 0;
        foreach (var character in word.EnumerateRunes())
        {
            if (!alphabet.Contains(character))
                return false;
            characters++;
        }
        return characters <= _options.Tokenization.MaxInputCharsPerWord;
    }

    private List<(int[] Pieces, long Count)> Spell(Dictionary<string, long> counts) =>
    [
        .. counts.Select(entry => (
            entry.Key.EnumerateRunes().Select((character, i) => _ids[i == 0 ? character.ToString() : Prefix + character]).ToArray(),
            entry.Value)),
    ];

    private void AddMerges(PairMerger merger, CancellationToken cancellation)
    {
        while (_tokens.Count < _options.VocabularySize && merger.TryGetBest(out var pair, out var count))
        {
            cancellation.ThrowIfCancellationRequested();
            if (count < _options.MinimumFrequency)
                return;
            // Another pair may have made the same token before: then only the words change.
            merger.Merge(pair, IdOf(_tokens[pair.Left] + _tokens[pair.Right][Prefix.Length..]));
        }
    }

    private int IdOf(string token)
    {
        if (!_ids.TryGetValue(token, out var id))
        {
            id = _tokens.Count;
            _ids.Add(token, id);
            _tokens.Add(token);
        }
        return id;
    }
}
