using Crammed.Text;

namespace Crammed.Bert;

/// <summary>
/// A batch for masked-token prediction. Of a sequence's n tokens, exactly round(n * fraction) are to be predicted (of 128 at 25%: 32); of
/// these, fixed counts are replaced: round(80%) by [MASK], round(10%) by a random token, the rest kept (Geiping and Goldstein 2023).
/// Own deviation: [CLS], [SEP] and padding are never chosen, so the first token stays free to carry the sentence.
/// </summary>
internal sealed class MaskedBatch
{
    private readonly SpecialTokens _special;
    private readonly int _vocabularySize;
    private readonly double _fraction;
    private int _rows;

    public MaskedBatch(int batchSize, int width, SpecialTokens special, int vocabularySize, double fraction)
    {
        Width = width;
        _special = special;
        _vocabularySize = vocabularySize;
        _fraction = fraction;
        Ids = new long[batchSize * width];
        Mask = new float[batchSize * width];
        Array.Fill(Ids, special.Padding);
    }

    /// <summary>Columns: the sequence length, or less where every row is shorter.</summary>
    public int Width { get; }

    /// <summary>Inputs, row-major [batch][width], padded.</summary>
    public long[] Ids { get; }

    /// <summary>1 for tokens, 0 for padding.</summary>
    public float[] Mask { get; }

    /// <summary>Flat positions (row * width + column) to be predicted.</summary>
    public List<long> Positions { get; } = [];

    /// <summary>The original token at each of <see cref="Positions"/>.</summary>
    public List<long> Labels { get; } = [];

    /// <summary>Tokens without padding.</summary>
    public long Tokens { get; private set; }

    public bool HasPadding { get; private set; }

    /// <summary>Appends one sequence and chooses its positions.</summary>
    public void Add(ReadOnlySpan<int> tokens, SeededRandom random)
    {
        var offset = _rows++ * Width;
        var candidates = new List<int>(tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            Ids[offset + i] = tokens[i];
            Mask[offset + i] = 1;
            if (!_special.Contains(tokens[i]))
                candidates.Add(i);
        }

        Tokens += tokens.Length;
        HasPadding |= tokens.Length < Width;
        var chosen = Math.Min(candidates.Count, (int)Math.Round(_fraction * tokens.Length));
        var masked = (int)Math.Round(0.8 * chosen);
        var randomised = (int)Math.Round(0.1 * chosen);
        for (var i = 0; i < chosen; i++)
        {
            var pick = i + random.Next(candidates.Count - i);
            (candidates[i], candidates[pick]) = (candidates[pick], candidates[i]);
            var position = offset + candidates[i];
            Positions.Add(position);
            Labels.Add(Ids[position]);
            if (i < masked)
                Ids[position] = _special.Mask;
            else if (i < masked + randomised)
                Ids[position] = random.Next(_vocabularySize);
        }
    }
}
