using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>
/// Trained tensors by name, as plain arrays, and the packed parameters that programs hold them in: adapters' layers.N.PROJECTION.a [hidden, rank]
/// and .b [rank, hidden]; head.projection, head.dense and head.classifier, each .weight [in, out] and .bias [out].
/// </summary>
/// <param name="model">where each one lies</param>
public sealed class PackedParameters(TrainingGraph model)
{
    private readonly ModelShape _shape = model.Shape;
    private readonly HeadShape _head = model.Head;

    private SlotGrid Grid => model.Graph.Grid;

    private string QueryName => $"layers.{_shape.Layers - 1}.query";

    /// <summary>Values of a packed parameter, row-major by its layout.</summary>
    /// <param name="parameter">one of the model's</param>
    /// <param name="trained">row-major values by name</param>
    /// <exception cref="KeyNotFoundException">a trained tensor is missing</exception>
    public double[] Pack(Tensor parameter, IReadOnlyDictionary<string, double[]> trained) => parameter.Name switch
    {
        "adapters" => PackAdapters(trained),
        "query_adapter" => ExampleRow.Pack(
            Grid, 2 * _shape.Rank, (model.QueryAdapter.A, Transposed(trained[$"{QueryName}.a"], _shape.Hidden, _shape.Rank)),
            (model.QueryAdapter.B, trained[$"{QueryName}.b"])),
        "head.projection" => Transposed(trained["head.projection.weight"], _shape.Hidden, _shape.HeadProjection),
        "head.dense" => Widened(trained["head.dense.weight"], _shape.HeadProjection),
        "head.classifier" => ExampleRow.Pack(
            Grid, _head.ClassifierRowCount, (_head.BottleneckBias, trained["head.projection.bias"]),
            (_head.ClassWeights, Widened(Transposed(trained["head.classifier.weight"], _shape.HeadHidden, _head.Classes), _head.Classes)),
            (_head.HiddenBias, Widened(trained["head.dense.bias"], 1)), (_head.ClassBias, trained["head.classifier.bias"])),
        _ => throw new ArgumentException($"{parameter.Name} is no packed parameter", nameof(parameter)),
    };

    /// <summary>The trained tensors in a packed parameter's values, or their gradients in its gradient's, added to those found so far.</summary>
    /// <param name="parameter">one of the model's</param>
    /// <param name="values">row-major by its layout</param>
    /// <param name="trained">row-major values by name</param>
    public void Unpack(Tensor parameter, IReadOnlyList<double> values, IDictionary<string, double[]> trained)
    {
        switch (parameter.Name)
        {
            case "adapters":
                UnpackAdapters(values, trained);
                break;
            case "query_adapter":
                trained[$"{QueryName}.a"] = Transposed(model.QueryAdapter.A.Unpack(Grid, values), _shape.Rank, _shape.Hidden);
                trained[$"{QueryName}.b"] = model.QueryAdapter.B.Unpack(Grid, values);
                break;
            case "head.projection":
                trained["head.projection.weight"] = Transposed([.. values], _shape.HeadProjection, _shape.Hidden);
                break;
            case "head.dense":
                trained["head.dense.weight"] = Narrowed(values, _shape.HeadProjection);
                break;
            case "head.classifier":
                trained["head.projection.bias"] = _head.BottleneckBias.Unpack(Grid, values);
                trained["head.classifier.weight"] =
                    Transposed(Narrowed(_head.ClassWeights.Unpack(Grid, values), _head.Classes), _head.Classes, _shape.HeadHidden);
                trained["head.dense.bias"] = Narrowed(_head.HiddenBias.Unpack(Grid, values), 1);
                trained["head.classifier.bias"] = _head.ClassBias.Unpack(Grid, values);
                break;
            default:
                throw new ArgumentException($"{parameter.Name} is no packed parameter", nameof(parameter));
        }
    }

    private double[] PackAdapters(IReadOnlyDictionary<string, double[]> trained)
    {
        var packed = new double[model.Packing.Layout.Shape.Aggregate(1, (product, size) => product * size)];
        foreach (var (factor, rank, feature, place) in Elements())
            packed[model.Packing.IndexOf(factor, rank, feature)] = trained[factor.Name][place];
        return packed;
    }

    private void UnpackAdapters(IReadOnlyList<double> values, IDictionary<string, double[]> trained)
    {
        foreach (var factor in model.Packing.Factors)
            trained[factor.Name] = new double[factor.Rank * factor.Features.Features];
        foreach (var (factor, rank, feature, place) in Elements())
            trained[factor.Name][place] = values[model.Packing.IndexOf(factor, rank, feature)];
    }

    /// <summary>Every element of every factor, and its place in the trained tensor: A is [feature, rank], B [rank, feature].</summary>
    private IEnumerable<(PackedFactor Factor, int Rank, int Feature, int Place)> Elements() =>
        from factor in model.Packing.Factors
        let isA = factor.Name.EndsWith(".a", StringComparison.Ordinal)
        from rank in Enumerable.Range(0, factor.Rank)
        from feature in Enumerable.Range(0, factor.Features.Features)
        select (factor, rank, feature, isA ? feature * factor.Rank + rank : rank * factor.Features.Features + feature);

    /// <summary>Rows of hidden units with zeros for the places that have no unit.</summary>
    private double[] Widened(double[] values, int rows) => Resized(values, rows, _shape.HeadHidden, _head.Hidden.Features);

    private double[] Narrowed(IReadOnlyList<double> values, int rows) => Resized(values, rows, _head.Hidden.Features, _shape.HeadHidden);

    private static double[] Resized(IReadOnlyList<double> values, int rows, int from, int to)
    {
        var resized = new double[rows * to];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < Math.Min(from, to); i++)
                resized[row * to + i] = values[row * from + i];
        }
        return resized;
    }

    private static double[] Transposed(double[] values, int rows, int columns)
    {
        var transposed = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            transposed[i % columns * rows + i / columns] = values[i];
        return transposed;
    }
}
