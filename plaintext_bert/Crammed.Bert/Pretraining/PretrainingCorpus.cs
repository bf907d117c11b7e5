using Crammed.Text;

namespace Crammed.Bert;

/// <summary>
/// Tokenised documents in two forms of one length: packed sequences, [CLS] + a piece of the token stream in which [SEP] separates
/// documents + [SEP]; and single documents, [CLS] document [SEP] and padding, which is what fine-tuning inputs look like. Both lie on the
/// disk and are read row by row.
/// </summary>
public sealed class PretrainingCorpus : IDisposable
{
    private readonly TokenRows _packed;
    private readonly TokenRows _documents;

    /// <param name="sequenceLength">Tokens of a packed sequence, and the most of a single document.</param>
    /// <param name="special">Ids of the special tokens.</param>
    /// <param name="packed">Sequences; disposed with this object.</param>
    /// <param name="documents">Single documents with [CLS] and [SEP]; disposed with this object.</param>
    /// <param name="tokens">Tokens of all documents, before packing.</param>
    internal PretrainingCorpus(int sequenceLength, SpecialTokens special, TokenRows packed, TokenRows documents, long tokens)
    {
        SequenceLength = sequenceLength;
        Special = special;
        Tokens = tokens;
        _packed = packed;
        _documents = documents;
    }

    public int SequenceLength { get; }

    /// <summary>Packed sequences, each of <see cref="SequenceLength"/> tokens.</summary>
    public int Sequences => _packed.Count;

    public int Documents => _documents.Count;

    /// <summary>Tokens of all documents, before packing.</summary>
    public long Tokens { get; }

    internal SpecialTokens Special { get; }

    /// <summary>Tokenises and packs documents; the last, incomplete sequence is dropped, and so are empty documents.</summary>
    /// <exception cref="ArgumentException">Not even one full sequence of text.</exception>
    public static PretrainingCorpus Build(IEnumerable<string> documents, InputEncoder encoder, int sequenceLength)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(encoder);
        var tokenised = ParallelTokenizer.Encode(documents, text => text, encoder.Tokenizer);
        return Build(tokenised.Select(document => document.Ids), encoder.Special, sequenceLength);
    }

    internal static PretrainingCorpus Build(IEnumerable<IReadOnlyList<int>> documents, SpecialTokens special, int sequenceLength)
    {
        var single = new TokenRows();
        long tokens = 0, stream = 0;
        var packed = TokenRows.Of(SequencePacker.Packed(Noted(), special, sequenceLength));
        return packed.Count > 0
            ? new PretrainingCorpus(sequenceLength, special, packed, single, tokens)
            : throw TooShort(stream, sequenceLength);

        IEnumerable<int[]> Noted()
        {
            foreach (var document in documents.Where(document => document.Count > 0))
            {
                int[] ids = [.. document];
                tokens += ids.Length;
                stream += ids.Length + 1;
                single.Add(SequencePacker.Single(ids, special, sequenceLength));
                yield return ids;
            }
        }
    }

    /// <summary>What to say of a text that does not fill a sequence.</summary>
    /// <param name="stream">Its tokens with one [SEP] for each document.</param>
    /// <param name="sequenceLength">Tokens of a sequence, [CLS] and the last [SEP] included.</param>
    internal static ArgumentException TooShort(long stream, int sequenceLength) =>
        new($"the text has {stream} tokens; one sequence needs {sequenceLength - 2}");

    internal ReadOnlyMemory<int> Sequence(int index) => _packed.Row(index);

    /// <summary>[CLS] document [SEP], cut to the sequence length, without padding.</summary>
    internal ReadOnlyMemory<int> Document(int index) => _documents.Row(index);

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _documents.Dispose();
    }
}
