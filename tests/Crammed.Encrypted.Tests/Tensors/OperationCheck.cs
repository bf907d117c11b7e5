using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>
/// Holds operations against plain loops. Values: whole vectors are those that the layout packs, zeros and copies included. Gradients:
/// along random directions of each trained tensor, the gradient's share equals the derivative by forward differentiation of the plain
/// loops. Levels: what results have left. All up to the rounding that the plain loops account for.
/// </summary>
internal sealed class OperationCheck(Random random, SlotGrid grid)
{
    private const int Top = 100;
    private const int Directions = 2;
    private readonly List<(string Name, Layout Layout, double[] Values, bool Trained)> _given = [];
    private readonly Dictionary<string, FrozenWeights> _matrices = [];
    private readonly Dictionary<string, float[]> _vectors = [];

    /// <summary>A trained tensor of random values.</summary>
    public void Parameter(string name, Layout layout, double size = 1) => _given.Add((name, layout, Draw(layout, size), true));

    /// <summary>A given tensor that has no gradient.</summary>
    public void Data(string name, Layout layout, double size = 1) => _given.Add((name, layout, Draw(layout, size), false));

    /// <summary>A tensor of given values that has no gradient.</summary>
    public void Data(string name, Layout layout, double[] values) => _given.Add((name, layout, values, false));

    /// <summary>A trained tensor of given values.</summary>
    public void Parameter(string name, Layout layout, double[] values) => _given.Add((name, layout, values, true));

    /// <summary>A random frozen matrix, by its name.</summary>
    public double[,] Matrix(string name, int rows, int columns)
    {
        var values = Enumerable.Range(0, rows * columns).Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray();
        _matrices.Add(name, new FrozenWeights(values, rows, columns));
        var matrix = new double[rows, columns];
        for (var i = 0; i < values.Length; i++)
            matrix[i / columns, i % columns] = values[i];
        return matrix;
    }

    /// <summary>A random frozen vector, by its name.</summary>
    public float[] Vector(string name, int length)
    {
        var values = Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray();
        _vectors.Add(name, values);
        return values;
    }

    /// <summary>Checks values, gradients and levels.</summary>
    /// <param name="circuit">from the given tensors, in their order, to results</param>
    /// <param name="plain">the same in loops</param>
    /// <param name="levels">what each result takes</param>
    /// <param name="seeded">how many of the results, from the first on, get a gradient; all if null</param>
    /// <param name="unsummed">whether these gradients are given in parts, copy by copy</param>
    public void Verify(
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> circuit, Func<IReadOnlyList<PlainTensor>, IReadOnlyList<PlainTensor>> plain,
        int[] levels, int? seeded = null, bool unsummed = false)
    {
        var graph = new Graph(grid);
        var tensors = _given.Select(given => given.Trained
            ? graph.Parameter(given.Name, given.Layout)
            : graph.Input(given.Name, given.Layout)).ToArray();
        var results = circuit(tensors);
        var seeds = results.Take(seeded ?? results.Count).Select(result => Seed.Of(random, result.Layout, unsummed)).ToArray();
        var seedTensors = seeds.Select((seed, i) => graph.Input($"seed{i}", seed.Layout)).ToArray();
        var gradients = graph.Differentiate([.. results.Zip(seedTensors)]);
        var given = tensors.Zip(_given, (tensor, item) => (tensor, tensor.Layout.Pack(item.Values)))
            .Concat(seedTensors.Zip(seeds, (tensor, seed) => (tensor, seed.Vectors))).ToDictionary();
        var made = GraphRun.Execute(graph, given, _matrices, [.. results, .. gradients.Values], Top, vectors: _vectors);

        var expected = plain([.. _given.Select((_, i) => Along(i, null))]);
        for (var i = 0; i < results.Count; i++)
        {
            AssertPacked(results[i], made[results[i]].Vectors, expected[i]);
            Assert.That(Top - made[results[i]].Level, Is.EqualTo(levels[i]), $"levels of {results[i].Name}");
        }
        Assert.That(gradients.Keys, Is.EquivalentTo(tensors.Where((_, i) => _given[i].Trained)), "tensors with gradients");
        for (var i = 0; i < tensors.Length; i++)
        {
            if (!_given[i].Trained)
                continue;
            var gradient = gradients[tensors[i]];
            AssertUnusedSlotsAreZero(gradient, made[gradient].Vectors);
            var values = gradient.Layout.Unpack(made[gradient].Vectors);
            for (var d = 0; d < Directions; d++)
                AssertDerivative(i, values, plain, [.. seeds.Select(seed => seed.Values)]);
        }
    }

    /// <summary>A given tensor as plain numbers, and a direction, if any.</summary>
    private PlainTensor Along(int tensor, double[]? direction)
    {
        var result = new PlainTensor([.. _given[tensor].Layout.Shape]);
        for (var i = 0; i < result.Items.Length; i++)
            result.Items[i] = new Dual(_given[tensor].Values[i], direction is null ? default : (Rounded)direction[i]);
        return result;
    }

    private void AssertDerivative(
        int tensor, double[] gradient, Func<IReadOnlyList<PlainTensor>, IReadOnlyList<PlainTensor>> plain, IReadOnlyList<Rounded[]> seeds)
    {
        var direction = Draw(_given[tensor].Layout, 1);
        var results = plain([.. _given.Select((_, i) => Along(i, i == tensor ? direction : null))]);
        Rounded expected = default;
        for (var i = 0; i < seeds.Count; i++)
        {
            for (var j = 0; j < seeds[i].Length; j++)
                expected += results[i].Items[j].Tangent * seeds[i][j];
        }
        // The circuit sums over the tensor's items last, not over the results'.
        var rounding = expected with { Count = expected.Count + gradient.Length };
        var along = gradient.Zip(direction, (g, d) => g * d).Sum();
        Assert.That(along, Is.EqualTo(expected.Value).Within(rounding.Tolerance), $"gradient of {_given[tensor].Name}");
    }

    /// <summary>Whole vectors are those that the layout packs.</summary>
    public static void AssertPacked(Tensor tensor, IReadOnlyList<double[]> vectors, PlainTensor expected)
    {
        Assert.That(expected.Shape, Is.EqualTo(tensor.Layout.Shape), $"shape of {tensor.Name}");
        var values = tensor.Layout.Pack(expected.Values);
        var tolerances = tensor.Layout.Pack([.. expected.Items.Select(item => item.Value.Tolerance)]);
        Assert.That(vectors, Has.Count.EqualTo(values.Length));
        for (var v = 0; v < values.Length; v++)
        {
            for (var slot = 0; slot < values[v].Length; slot++)
            {
                var (found, wanted, tolerance) = (vectors[v][slot], values[v][slot], tolerances[v][slot]);
                if (!(Math.Abs(found - wanted) <= tolerance))
                    Assert.Fail($"{tensor}: slot {slot} of vector {v} is {found:R}, not {wanted:R} within {tolerance:G3}");
            }
        }
    }

    private static void AssertUnusedSlotsAreZero(Tensor tensor, IReadOnlyList<double[]> vectors)
    {
        var layout = tensor.Layout with { Unsummed = false };
        var used = layout.Pack([.. Enumerable.Repeat(1.0, layout.Shape.Aggregate(1, (product, size) => product * size))]);
        Assert.That(vectors.Zip(used).Any(pair => pair.First.Zip(pair.Second).Any(slot => slot.Second == 0 && slot.First != 0)), Is.False,
            $"{tensor}: what no value lies in is not zero");
    }

    private double[] Draw(Layout layout, double size) =>
        RandomValues.Uniform(random, layout.Shape.Aggregate(1, (product, axis) => product * axis), -size, size);
}
