using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Programs of the shapes that placement meets.</summary>
internal static class SyntheticPrograms
{
    public static readonly SlotGrid Grid = new(tokens: 4, examples: 2, blocks: 4);

    /// <summary>A value squared again and again.</summary>
    public static EncryptedProgram Chain(int length, int vectors = 1)
    {
        var program = new ProgramBuilder(Grid);
        var column = new Axis("column", vectors);
        var value = program.Input("x", column);
        for (var i = 0; i < length; i++)
            value = program.Multiply("square", [column], value, value);
        program.Output("y", value);
        return program.Build();
    }

    /// <summary>Two chains from one value that meet again, times so many.</summary>
    public static EncryptedProgram Diamonds(int count, int longer, int shorter)
    {
        var program = new ProgramBuilder(Grid);
        var value = program.Input("x");
        for (var i = 0; i < count; i++)
        {
            var (left, right) = (value, value);
            for (var j = 0; j < longer; j++)
                left = program.Multiply("left", [], left, left);
            for (var j = 0; j < shorter; j++)
                right = program.Multiply("right", [], right, value);
            value = program.Multiply("join", [], left, right);
        }
        program.Output("y", value);
        return program.Build();
    }

    /// <summary>
    /// Layers of a wide stream forward, each with a lone factor (one over a norm) and a narrow map between wide ones; then backward through
    /// the layers, from the last to the first, where each forward value is read once more.
    /// </summary>
    public static EncryptedProgram ForwardAndBackward(int layers, int wide = 48, int narrow = 2)
    {
        var program = new ProgramBuilder(Grid);
        var (column, rank) = (new Axis("column", wide), new Axis("rank", narrow));
        var stream = program.Input("x", column);
        var factors = program.Input("adapters", column, rank);
        var kept = new Stack<(Value Stream, Value Norm, Value Normed, Value Rank)>();
        for (var layer = 0; layer < layers; layer++)
        {
            using var scope = program.Scope($"layer{layer}");
            var norm = program.Products("squares", [], ProgramBuilder.Product(stream[column], stream[column], column));
            for (var i = 0; i < 3; i++)
                norm = program.Multiply("root", [], norm, norm);
            var normed = program.Multiply("normed", [column], stream, norm[[]]);
            var ranks = program.Products("ranks", [rank], ProgramBuilder.Product(normed[column], factors[column, rank], column));
            var gate = program.Multiply("gate", [column], normed, normed);
            var update = program.Products(
                "update", [column], ProgramBuilder.Product(ranks[rank], factors[column, rank], rank), ProgramBuilder.Product(gate, normed));
            kept.Push((stream, norm, normed, ranks));
            stream = program.Sum("stream", [column], ProgramBuilder.Term(stream), ProgramBuilder.Term(update));
        }
        var gradient = stream;
        while (kept.TryPop(out var layer))
        {
            using var scope = program.Scope($"backward{kept.Count}");
            var throughGate = program.Multiply("gate", [column], gradient, layer.Normed);
            var ranks = program.Products("ranks", [rank], ProgramBuilder.Product(throughGate[column], factors[column, rank], column));
            program.Output($"gradient{kept.Count}", program.Multiply("adapters", [column, rank], layer.Normed[column], ranks[rank]));
            var mean = program.Products("mean", [], ProgramBuilder.Product(throughGate[column], layer.Stream[column], column));
            var scaled = program.Multiply("scaled", [], mean, layer.Norm);
            gradient = program.Products(
                "gradient", [column], ProgramBuilder.Product(throughGate, layer.Norm[[]]), ProgramBuilder.Product(layer.Normed, scaled[[]]),
                ProgramBuilder.Product(layer.Rank[0], factors[column, 0]));
        }
        program.Output("gradient", gradient);
        return program.Build();
    }
}
