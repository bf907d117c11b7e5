using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Containers;

/// <summary>One example as it is packed.</summary>
/// <param name="Embedding">[token][feature], row-major.</param>
/// <param name="Mask">1 at real tokens, 0 at padding.</param>
/// <param name="Label">0 or 1.</param>
public sealed record PackedExample(float[] Embedding, int[] Mask, double Label);

/// <summary>
/// A batch as slot values: hidden vectors of features, then the mask, then the labels. Places beyond the batch repeat its examples:
/// every slot stays in the polynomials' domains, and the loss gives those places no weight.
/// </summary>
public static class BatchPacker
{
    /// <summary>Vectors that a batch takes.</summary>
    public static int VectorCount(int hidden) => hidden + 2;

    /// <summary>Slot values of each vector in turn.</summary>
    /// <exception cref="ArgumentException">More examples than the layout holds, or an example of another size.</exception>
    public static IEnumerable<double[]> Pack(SlotLayout layout, int hidden, IReadOnlyList<PackedExample> examples)
    {
        int tokens = layout.SlotAxis(SlotLayout.Token).Size, places = layout.SlotAxis(SlotLayout.Example).Size;
        if (examples.Count == 0 || examples.Count > places)
            throw new ArgumentException($"{examples.Count} examples do not make a batch of 1 to {places}.");
        foreach (var example in examples)
        {
            if (example.Embedding.Length != tokens * hidden || example.Mask.Length != tokens)
            {
                throw new ArgumentException(
                    $"An example has {example.Embedding.Length} embedding values and {example.Mask.Length} mask values; "
                    + $"{tokens} tokens of width {hidden} take {tokens * hidden} and {tokens}.");
            }
        }
        for (var feature = 0; feature < hidden; feature++)
        {
            var current = feature;
            yield return Fill((example, token) => example.Embedding[token * hidden + current]);
        }
        yield return Fill((example, token) => example.Mask[token]);
        yield return Fill((example, token) => token == 0 ? example.Label : 0);

        double[] Fill(Func<PackedExample, int, double> value)
        {
            var slots = new double[layout.SlotCount];
            for (var place = 0; place < places; place++)
            {
                var example = examples[place % examples.Count];
                for (var token = 0; token < tokens; token++)
                    slots[layout.Slot((SlotLayout.Example, place), (SlotLayout.Token, token))] = value(example, token);
            }
            return slots;
        }
    }
}
