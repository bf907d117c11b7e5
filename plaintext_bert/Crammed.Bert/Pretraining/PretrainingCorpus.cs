using Crammed.Text;

namespace Crammed.Bert;

/// <summary>
/// Tokenised documents in two forms of one length: packed sequences, [CLS] + a piece of the token stream in which [SEP] separates
/// documents + [SEP]; and single documents, [CLS] document [SEP] and padding, which is what fine-tuning inputs look like.
/// </summary>
public sealed class PretrainingCorpus
{
    private readonly int[] packed;
    private readonly List<int[]> documents;

    private PretrainingCorpus(int sequenceLength, SpecialTokens special, int[] packed, List<int[]> documents, long tokens)
    {
        SequenceLength = sequenceLength;
        Special = special;
        Tokens = tokens;
        this.packed = packed;
        this.documents = documents;
    }

    public int SequenceLength { get; }

    /// <summary>Packed sequences, each of <see cref="SequenceLength"/> tokens.</summary>
    public int Sequences => packed.Length / SequenceLength;

    public int Documents => documents.Count;

    /// <summary>Tokens of all documents, before packing.</summary>
    public long Tokens { get; }

    internal SpecialTokens Special { get; }

    /// <summary>Tokenises and packs documents; the last, incomplete sequence is dropped, and so are empty documents.</summary>
    /// <exception cref="ArgumentException">Not even one full sequence of text.</exception>
    public static PretrainingCorpus Build(IEnumerable<string> documents, BertTokenizer tokenizer, int sequenceLength)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var tokenised = documents.Select(text => tokenizer.EncodeToIds(text, addSpecialTokens: false));
        return Build(tokenised, SpecialTokens.Of(tokenizer), sequenceLength);
    }

    internal static PretrainingCorpus Build(IEnumerable<IReadOnlyList<int>> documents, SpecialTokens special, int sequenceLength)
    {
        var stream = new List<int>();
        var single = new List<int[]>();
        long tokens = 0;
        foreach (var document in documents)
        {
            if (document.Count == 0)
                continue;
            tokens += document.Count;
            stream.AddRange(document);
            stream.Add(special.Separator);
            single.Add([special.Classification, .. document.Take(sequenceLength - 2), special.Separator]);
        }

        var content = sequenceLength - 2;
        var count = stream.Count / content;
        if (count == 0)
            throw new ArgumentException($"the text has {stream.Count} tokens; one sequence needs {content}", nameof(documents));
        var packed = new int[count * sequenceLength];
        for (var i = 0; i < count; i++)
        {
            packed[i * sequenceLength] = special.Classification;
            stream.CopyTo(i * content, packed, (i * sequenceLength) + 1, content);
            packed[((i + 1) * sequenceLength) - 1] = special.Separator;
        }

        return new PretrainingCorpus(sequenceLength, special, packed, single, tokens);
    }

    internal ReadOnlyMemory<int> Sequence(int index) => packed.AsMemory(index * SequenceLength, SequenceLength);

    /// <summary>[CLS] document [SEP], cut to the sequence length, without padding.</summary>
    internal ReadOnlyMemory<int> Document(int index) => documents[index];
}
