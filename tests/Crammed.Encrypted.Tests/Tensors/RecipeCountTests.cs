using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>
/// What recipes cost at the paper's size: 128 tokens, 16 examples, 16 blocks; a stream of 48 vectors, 12 heads of 64; rank 2. The formulas
/// are those of a count by hand: N tokens are G giant and B baby steps, C vectors.
/// </summary>
[TestFixture]
public sealed class RecipeCountTests
{
    private const int N = 128;
    private const int G = 16;
    private const int B = 8;
    private const int Stream = 48;
    private const int C = 64;

    private static readonly SlotGrid Grid = new(N, 16, 16);
    private static readonly HeadBlocks Heads = new(12, new FeatureBlocks(12, C));

    [Test]
    public void Attention_forward([Values(4, 5)] int exponent)
    {
        var graph = new Graph(Grid);
        Attention(graph, exponent);
        Expect(graph,
        [
            (EngineOperation.TensorProduct, N * C + (2 * exponent - 1) * N + N * C),
            (EngineOperation.Relinearization, N + (2 * exponent - 1) * N + G * C),
            (EngineOperation.HoistedRotation, C * (G - 1) + 2 * C * (B - 1)),
            (EngineOperation.SummedRotation, C * (G - 1)),
        ]);
    }

    [Test]
    public void Attention_backward()
    {
        var (forward, both) = (new Graph(Grid), new Graph(Grid));
        Attention(forward, 5);
        var result = Attention(both, 5);
        both.Differentiate((result, both.Input("seed", result.Layout)));
        Expect(both, forward,
        [
            (EngineOperation.TensorProduct, 4 * N * C + N + (G + B) * C),
            (EngineOperation.Relinearization, 2 * N + C * (G + 2 * B)),
            (EngineOperation.HoistedRotation, 2 * C * (G + B - 2)),
            (EngineOperation.SummedRotation, C * (G - 1) + 2 * C * (B - 1)),
        ]);
    }

    [Test]
    public void Norms()
    {
        // A polynomial of degree 1 takes no product of ciphertexts.
        var root = new InverseRoot("root", InverseSquareRootNewton.Create(new Interval(0.5, 2), 1, 0));
        var (forward, both) = (new Graph(Grid), new Graph(Grid));
        Norm(forward);
        var result = Norm(both);
        both.Differentiate((result, both.Input("seed", result.Layout)));
        Expect(forward,
        [
            (EngineOperation.TensorProduct, 2 * Stream), (EngineOperation.Relinearization, 1 + Stream), (EngineOperation.Rotation, 8),
            (EngineOperation.PlainProduct, 1),
        ]);
        Expect(both, forward,
        [
            (EngineOperation.TensorProduct, 3 * Stream + 1), (EngineOperation.Relinearization, Stream + 2), (EngineOperation.Rotation, 8),
            (EngineOperation.PlainProduct, 1),
        ]);

        Tensor Norm(Graph graph) => graph.Parameter("x", Grid.Features(new FeatureBlocks(16, Stream))).Norm(root).Normalized;
    }

    [Test]
    public void Copies_of_parameters_and_their_gradients()
    {
        const int rows = 3 * 2 * (Stream + C);
        const int tokens = rows / 16;
        var names = new[] { "query", "key", "value" };
        var packing = new FactorPacking(Grid, [.. names.SelectMany(name =>
            new[] { ($"{name}.a", 2, new FeatureBlocks(16, Stream)), ($"{name}.b", 2, Heads.Features) })]);
        Assert.That(packing.Layout.VectorCount, Is.EqualTo(1));
        var (forward, both) = (new Graph(Grid), new Graph(Grid));
        Unpacked(forward);
        var results = Unpacked(both);
        both.Differentiate([.. results.Select((result, i) => (result, both.Input($"seed{i}", result.Layout with { Unsummed = true })))]);
        // 42 tokens of 16 rows lie on six of the sixteen upper digits.
        Expect(forward,
        [
            (EngineOperation.HoistedRotation, 15 + 6 * 7 + tokens * 15), (EngineOperation.PlainProduct, 6 * 16 + tokens * 8),
            (EngineOperation.PeriodicProduct, rows * 16),
        ]);
        Expect(both, forward,
        [
            (EngineOperation.SummedRotation, tokens * 15 + N - 1), (EngineOperation.PlainProduct, tokens * N),
            (EngineOperation.PeriodicProduct, rows * 16),
        ]);

        IReadOnlyList<Tensor> Unpacked(Graph graph) => graph.Parameter("packed", packing.Layout)
            .Unpack(packing, [.. packing.Factors.Select(factor => factor.Name)]);
    }

    [Test]
    public void Adapters()
    {
        const int rank = 2;
        var (forward, both) = (new Graph(Grid), new Graph(Grid));
        Adapter(forward);
        var result = Adapter(both);
        both.Differentiate((result, both.Input("seed", result.Layout)));
        Expect(forward,
        [
            (EngineOperation.TensorProduct, rank * Stream + rank * C), (EngineOperation.Relinearization, rank + C),
            (EngineOperation.Rotation, 8 * rank), (EngineOperation.PlainProduct, rank),
        ]);
        Expect(both, forward,
        [
            (EngineOperation.TensorProduct, 2 * rank * (Stream + C)),
            (EngineOperation.Relinearization, rank + Stream + rank * (Stream + C)),
            (EngineOperation.Rotation, 8 * rank), (EngineOperation.PlainProduct, rank),
        ]);

        Tensor Adapter(Graph graph)
        {
            var features = new FeatureBlocks(16, Stream);
            var ranks = graph.Parameter("x", Grid.Features(features)).ProjectDown(0.5, graph.Parameter("a", Grid.Factor(rank, features)));
            return ranks[0].ProjectUp(graph.Parameter("b", Grid.Factor(rank, Heads.Features)));
        }
    }

    private static Tensor Attention(Graph graph, int exponent)
    {
        var (query, key, value) = (Projection("query"), Projection("key"), Projection("value"));
        return query.KernelBase(key, Heads).KernelPower(exponent).WeightedValues(value, Heads);

        Tensor Projection(string name) => graph.Parameter(name, Grid.Features(Heads.Features));
    }

    private static void Expect(Graph graph, (EngineOperation Operation, long Count)[] expected) => Expect(graph, null, expected);

    /// <summary>What a graph takes, but for what another one does.</summary>
    private static void Expect(Graph graph, Graph? less, (EngineOperation Operation, long Count)[] expected)
    {
        EngineOperation[] compared =
        [
            EngineOperation.TensorProduct, EngineOperation.Relinearization, EngineOperation.PlainProduct, EngineOperation.Rotation,
            EngineOperation.HoistedRotation, EngineOperation.SummedRotation, EngineOperation.PeriodicProduct,
        ];
        var wanted = expected.ToDictionary(entry => entry.Operation, entry => entry.Count);
        var (counts, others) = (Counts(graph), less is null ? null : Counts(less));
        Assert.Multiple(() =>
        {
            foreach (var operation in compared)
            {
                var count = counts[operation] - (others?[operation] ?? 0);
                Assert.That(count, Is.EqualTo(wanted.GetValueOrDefault(operation)), operation.ToString());
            }
        });
    }

    private static Dictionary<EngineOperation, long> Counts(Graph graph)
    {
        var parts = graph.Lower().Program.Instructions.Select(instruction => OperationCounts.Of(instruction, Grid)).ToArray();
        return Enum.GetValues<EngineOperation>().ToDictionary(operation => operation, operation => parts.Sum(part => part[operation]));
    }
}
