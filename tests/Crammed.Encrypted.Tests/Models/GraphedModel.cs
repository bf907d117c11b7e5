using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>A reference model as a graph, with its batch and parameters in vectors of slots.</summary>
internal sealed class GraphedModel
{
    private readonly ReferenceModel _reference;
    private readonly SlotGrid _grid;

    public GraphedModel(
        ReferenceModel reference, ModelShape shape, SlotGrid grid, ModelPolynomials? polynomials = null, GraphRewrites? rewrites = null)
    {
        (_reference, _grid) = (reference, grid);
        Training = new TrainingGraph(
            shape, grid, (polynomials ?? Polynomials(shape.Layers, shape.Classes)) with { Gates = reference.Gates },
            new AdapterScales(ReferenceModel.AdapterScale, [.. Enumerable.Repeat(ReferenceModel.AdapterScale, shape.Layers)]), rewrites);
        Parameters = new PackedParameters(Training);
    }

    public TrainingGraph Training { get; }

    public PackedParameters Parameters { get; }

    /// <summary>Slots of every input and parameter of the graph, by name; optimizer's states are zero.</summary>
    public IReadOnlyDictionary<string, double[][]> Inputs()
    {
        var trained = _reference.Trained.ToDictionary(pair => pair.Key, pair => pair.Value.Values);
        var batch = Batch(_reference.Data);
        var graph = Training.Graph;
        var states = graph.Inputs.Where(input => !batch.ContainsKey(input.Name)).ToDictionary(input => input.Name, input => input.Layout.Pack(new double[Size(input)]));
        return batch.Concat(states)
            .Concat(graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Layout.Pack(Parameters.Pack(parameter, trained))))
            .ToDictionary();
    }

    /// <summary>Slots of a batch's inputs, by name.</summary>
    public IReadOnlyDictionary<string, double[][]> Batch(ReferenceBatch batch)
    {
        var values = new Dictionary<string, double[]>
        {
            ["embedding"] = batch.Embedding,
            ["normalized_embedding"] = Normalized(batch.Embedding, Training.Shape.Hidden),
            ["mask"] = [.. Enumerable.Range(0, _grid.Rows).Select(i => i % _grid.Tokens < batch.Lengths[i / _grid.Tokens] ? 1.0 : 0.0)],
            ["labels"] = [.. batch.Labels.SelectMany(LabelsOf)],
            ["example_weights"] = [.. Enumerable.Repeat(1.0, _grid.Examples)],
        };
        return Training.Graph.Inputs.Where(input => values.ContainsKey(input.Name)).ToDictionary(input => input.Name, input => input.Layout.Pack(values[input.Name]));
    }

    /// <summary>Frozen matrices and scalars.</summary>
    public ProgramConstants Constants(double lossScale) =>
        new(_reference.CentredFrozen(), new Dictionary<string, double> { [ScalarNames.LossScale] = lossScale });

    /// <summary>Gradients of trained tensors by name, from the program's outputs.</summary>
    public Dictionary<string, double[]> GradientsOf(IReadOnlyDictionary<string, double[][]> outputs, double lossScale)
    {
        var found = new Dictionary<string, double[]>();
        foreach (var (parameter, gradient) in Training.Gradients)
        {
            var values = gradient.Layout.Unpack(outputs[$"{parameter.Name}.gradient"]);
            Parameters.Unpack(parameter, [.. values.Select(value => value / lossScale)], found);
        }
        return found;
    }

    /// <summary>Runs a program without levels on clear slots.</summary>
    public IReadOnlyDictionary<string, double[][]> RunClear(EncryptedProgram program, ProgramConstants constants, ValueObserver? observer = null) =>
        RunClear(program, Inputs(), constants, observer);

    /// <summary>As above, with other inputs.</summary>
    public IReadOnlyDictionary<string, double[][]> RunClear(
        EncryptedProgram program, IReadOnlyDictionary<string, double[][]> given, ProgramConstants constants, ValueObserver? observer = null)
    {
        var backend = new ClearGroups(_grid.SlotCount, refreshedLevel: 0) { ChecksLevels = false };
        var inputs = given.ToDictionary(input => input.Key, input => input.Value.Select(slots => backend.Load(slots)).ToArray());
        var outputs = ProgramRun.Execute(program, backend, inputs, constants, observer);
        var slots = outputs.ToDictionary(output => output.Key, output => output.Value.Select(ClearGroups.Read).ToArray());
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return slots;
    }

    /// <summary>Polynomials for variances from 0.3 to 4, or on another domain of another degree, with one Newton step.</summary>
    public static ModelPolynomials Polynomials(int layers, int classes, double low = 0.3, double high = 4, int degree = 31)
    {
        InverseRoot Root(string name) => new(name, InverseSquareRootNewton.Create(new Interval(low, high), degree, 1));
        return new ModelPolynomials(
            [.. Enumerable.Range(0, layers).Select(layer => Root($"layers.{layer}.attention_norm"))],
            [.. Enumerable.Range(0, layers).Select(layer => Root($"layers.{layer}.feed_forward_norm"))], Root("final_norm"),
            new UnitPolynomial("tanh", ChebyshevFit.Interpolate(Math.Tanh, new Interval(-5, 5), 63)),
            Loss(classes));
    }

    /// <summary>Differences of two logits stay within 8, logits less their mean within 3.</summary>
    private static TaskLoss Loss(int classes) => classes switch
    {
        0 => new SquaredErrorLoss(),
        2 => new TwoClassLoss(new UnitPolynomial("sigmoid", ChebyshevFit.Interpolate(z => 1 / (1 + Math.Exp(-z)), new Interval(-8, 8), 31))),
        _ => new ClassesLoss(
            new UnitPolynomial("exp", ChebyshevFit.Interpolate(Math.Exp, new Interval(-3, 3), 15)),
            new UnitPolynomial("inverse", ChebyshevFit.Interpolate(x => 1 / x, new Interval(0.95 * classes, classes * Math.Cosh(3)), 31))),
    };

    private double[] LabelsOf(double label) => Training.Shape.Classes == 0
        ? [label]
        : [.. Enumerable.Range(0, Training.Shape.Classes).Select(other => other == label ? 1.0 : 0)];

    private static int Size(Tensor tensor) => tensor.Layout.Shape.Aggregate(1, (product, size) => product * size);

    private static double[] Normalized(double[] stream, int hidden)
    {
        var normalized = (double[])stream.Clone();
        for (var start = 0; start < stream.Length; start += hidden)
        {
            var scale = 1 / Math.Sqrt(stream.AsSpan(start, hidden).ToArray().Average(x => x * x));
            for (var i = 0; i < hidden; i++)
                normalized[start + i] *= scale;
        }
        return normalized;
    }
}
