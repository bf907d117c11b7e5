using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tensors;

/// <summary>A head's weights as they meet examples.</summary>
/// <param name="Bottleneck">[example, output, feature], as <see cref="HeadShape.WeightDiagonals"/></param>
/// <param name="BottleneckBias">[example, output], as <see cref="HeadShape.PackedOutputs"/></param>
/// <param name="Hidden">[example, output, hidden unit], as <see cref="HeadShape.WeightDiagonals"/></param>
/// <param name="HiddenBias">[example, hidden unit], as <see cref="HeadShape.Pairs"/></param>
/// <param name="Classes">[example, class, hidden unit], as <see cref="HeadShape.ClassWeights"/></param>
/// <param name="ClassBias">[example, class], as <see cref="HeadShape.Logits"/></param>
public sealed record HeadWeights(
    Tensor Bottleneck, Tensor BottleneckBias, Tensor Hidden, Tensor HiddenBias, Tensor Classes, Tensor ClassBias);

public static partial class TensorFunctions
{
    /// <summary>
    /// Linear to a bottleneck, linear to hidden units, tanh, linear to classes: the head of Rho et al. 2025, whose first two maps are a
    /// matrix of low rank. Levels: 8 and those of tanh from x and the bottleneck's diagonals.
    /// </summary>
    /// <param name="x">[example, feature] of the first token, spread on every second token</param>
    /// <param name="weights">by <see cref="HeadWeights"/></param>
    /// <param name="shape">how all of it lies in the slots</param>
    /// <param name="tanh">a polynomial for tanh</param>
    /// <returns>[example, class], as <see cref="HeadShape.Logits"/></returns>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor ClassificationHead(this Tensor x, HeadWeights weights, HeadShape shape, UnitPolynomial tanh)
    {
        var graph = x.Graph;
        var input = graph.AddSingle(new HeadInput("input", x, shape));
        var packed = graph.AddSingle(new Bottleneck("bottleneck", input, weights.Bottleneck, shape)) + weights.BottleneckBias;
        var outputs = graph.AddSingle(new ExpandDiagonals("outputs", packed, shape));
        var units = graph.AddSingle(new HiddenUnits("hidden", outputs, weights.Hidden, weights.HiddenBias, shape, tanh));
        return graph.AddSingle(new Classifier("logits", units, weights.Classes, weights.ClassBias, shape));
    }

    /// <summary>The head's weights for each example. Two levels, one more for matrices in parts.</summary>
    /// <param name="classifier">classes' weights and all biases, as <see cref="HeadShape.Classifier"/></param>
    /// <param name="bottleneck">[output, feature], as <see cref="HeadShape.PackedWeights"/></param>
    /// <param name="hidden">[output, hidden unit], as <see cref="HeadShape.PackedWeights"/></param>
    /// <param name="shape">how all of it lies in the slots</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static HeadWeights HeadWeights(this Tensor classifier, Tensor bottleneck, Tensor hidden, HeadShape shape)
    {
        var graph = classifier.Graph;
        var rows = classifier.UnpackExampleRows(shape.BottleneckBias, shape.ClassWeights, shape.HiddenBias, shape.ClassBias);
        return new HeadWeights(
            Diagonals("bottleneck_weights", bottleneck, shape.Input),
            graph.AddSingle(new BottleneckBias("bottleneck_bias", rows[0], shape)),
            Diagonals("hidden_weights", hidden, shape.Hidden), rows[2], rows[1], rows[3]);

        Tensor Diagonals(string name, Tensor weights, HeadFeatures features)
        {
            var parts = features.Parts == 1 ? weights : graph.AddSingle(new UnpackWeightParts($"{name}_parts", weights, shape, features));
            return graph.AddSingle(new WeightDiagonals(name, parts, shape, features));
        }
    }
}
