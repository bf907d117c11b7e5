using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Tests;

/// <summary>
/// Tokens and examples of a test, tokens outermost in the slots, and the way between slots and plain arrays [example][token][vector].
/// </summary>
public sealed record SlotShape(int Slots, int Tokens)
{
    public int Examples => Slots / Tokens;

    public SlotLayout Layout(int vectors) => Layout(new Axis(SlotLayout.Feature, vectors));

    public SlotLayout Layout(params Axis[] across) => SlotLayout.TokenMajor(Slots, Tokens, across);

    /// <summary>The slot of an example's token, from the layout's definition.</summary>
    public int Slot(int example, int token) => token * Examples + example;

    internal SlotVector[] Load(ClearBackend backend, double[] values, int vectors, int level) =>
        [.. Enumerable.Range(0, vectors).Select(vector => backend.Load(Fill(values, vectors, vector), level))];

    internal PlainSlots[] Plain(double[] values, int vectors) =>
        [.. Enumerable.Range(0, vectors).Select(vector => new PlainSlots(Fill(values, vectors, vector)))];

    internal double[] Read(IReadOnlyList<SlotVector> vectors)
    {
        var values = new double[Slots * vectors.Count];
        for (var vector = 0; vector < vectors.Count; vector++)
        {
            var slots = ClearBackend.Read(vectors[vector]);
            ForEach((example, token, slot) => values[(example * Tokens + token) * vectors.Count + vector] = slots[slot]);
        }
        return values;
    }

    public override string ToString() => $"{Examples}x{Tokens}";

    private double[] Fill(double[] values, int vectors, int vector)
    {
        var slots = new double[Slots];
        ForEach((example, token, slot) => slots[slot] = values[(example * Tokens + token) * vectors + vector]);
        return slots;
    }

    private void ForEach(Action<int, int, int> visit)
    {
        for (var example = 0; example < Examples; example++)
        {
            for (var token = 0; token < Tokens; token++)
                visit(example, token, Slot(example, token));
        }
    }
}
