using Crammed.Files;

namespace Crammed.Text;

/// <summary>
/// The tokens of a WordPiece model in the order of their ids, read from and written to vocab.txt: UTF-8, one token a line, the id of a
/// token is its line number less one.
/// </summary>
public sealed class WordPieceVocabulary
{
    /// <summary>More than any published vocabulary has; a longer file is not one.</summary>
    private const int MaximumCount = 4_000_000;

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _ids;

    /// <summary>Takes tokens in the order of their ids.</summary>
    /// <exception cref="ArgumentException">A token is empty, contains a line break or occurs twice, or there are none.</exception>
    public WordPieceVocabulary(IReadOnlyList<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count == 0)
            throw new ArgumentException("A vocabulary needs at least one token.", nameof(tokens));
        _tokens = [.. tokens];
        _ids = new Dictionary<string, int>(_tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < _tokens.Length; id++)
        {
            if (Fault(_tokens[id], id) is { } fault)
                throw new ArgumentException($"Token {id}: {fault}.", nameof(tokens));
        }
    }

    private WordPieceVocabulary(string name, IEnumerable<string> lines)
    {
        List<string> tokens = [];
        _ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in lines)
        {
            if (tokens.Count == MaximumCount)
                throw new InvalidDataException($"{name}: more than {MaximumCount} lines; not a vocabulary.");
            if (Fault(token, tokens.Count) is { } fault)
                throw new InvalidDataException($"{name}, line {tokens.Count + 1}: {fault}.");
            tokens.Add(token);
        }
        if (tokens.Count == 0)
            throw new InvalidDataException($"{name}: the file is empty; a vocabulary has one token a line.");
        _tokens = [.. tokens];
    }

    /// <summary>The number of tokens; ids run from 0 to Count - 1.</summary>
    public int Count => _tokens.Length;

    /// <summary>The tokens in the order of their ids.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The token of an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public string this[int id]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _tokens.Length);
            return _tokens[id];
        }
    }

    /// <summary>Finds the id of a token.</summary>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    /// <summary>Reads vocab.txt.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is empty, not UTF-8, or has an empty line or a token twice; the message names file, line and token.
    /// </exception>
    public static WordPieceVocabulary Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new WordPieceVocabulary(path, TextLines.Read(path));
    }

    /// <summary>Reads vocab.txt from a stream; <paramref name="name"/> stands for the file in messages.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static WordPieceVocabulary Read(Stream stream, string name = "vocab.txt")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new WordPieceVocabulary(name, TextLines.Read(stream, name));
    }

    /// <summary>The text of vocab.txt.</summary>
    internal string ToText() => string.Concat(_tokens.Select(token => token + "\n"));

    /// <summary>Writes vocab.txt: first under a temporary name in the same folder, then renamed.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, ToText());

    /// <summary>Registers a token under an id, or says what is wrong with it.</summary>
    private string? Fault(string token, int id)
    {
        if (string.IsNullOrEmpty(token))
            return "the token is empty";
        if (token.AsSpan().ContainsAny('\r', '\n'))
            return "the token contains a line break";
        if (!_ids.TryAdd(token, id))
            return $"token {ErrorText.Quote(token)} occurs twice; it is already line {_ids[token] + 1}";
        return null;
    }
}
