using Crammed.Text;

namespace Crammed.Bert;

/// <summary>The two forms in which tokenised documents enter pretraining.</summary>
internal static class SequencePacker
{
    /// <summary>
    /// Sequences of exactly <paramref name="sequenceLength"/> tokens, [CLS] + a piece of the token stream in which [SEP] ends each
    /// document + [SEP]. The last, incomplete sequence is dropped.
    /// </summary>
    public static IEnumerable<int[]> Packed(IEnumerable<int[]> documents, SpecialTokens special, int sequenceLength)
    {
        var row = NewRow(special, sequenceLength);
        var filled = 1;
        foreach (var document in documents)
        {
            for (var position = 0; position <= document.Length; position++)
            {
                row[filled++] = position < document.Length ? document[position] : special.Separator;
                if (filled < sequenceLength - 1)
                    continue;
                yield return row;
                row = NewRow(special, sequenceLength);
                filled = 1;
            }
        }
    }

    /// <summary>[CLS] document [SEP], the document cut where it is longer than <paramref name="sequenceLength"/> allows.</summary>
    public static int[] Single(int[] document, SpecialTokens special, int sequenceLength) =>
        [special.Classification, .. document.AsSpan(0, Math.Min(document.Length, sequenceLength - 2)), special.Separator];

    private static int[] NewRow(SpecialTokens special, int sequenceLength)
    {
        var row = new int[sequenceLength];
        row[0] = special.Classification;
        row[^1] = special.Separator;
        return row;
    }
}
