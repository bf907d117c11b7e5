using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tensors;

public static partial class TensorFunctions
{
    /// <summary>
    /// Linear to a bottleneck, linear to hidden units, tanh, linear to classes: the head of Rho et al. 2025, whose first two maps are a
    /// matrix of low rank. Levels: 8 and those of tanh from x and the bottleneck's weights, one more from the latter.
    /// </summary>
    /// <param name="x">[example, feature] of the first token, spread on every second token</param>
    /// <param name="bottleneck">[output, feature], as <see cref="HeadShape.PackedWeights"/></param>
    /// <param name="hidden">[output, hidden unit], as <see cref="HeadShape.PackedWeights"/></param>
    /// <param name="classifier">classes' weights and all biases, as <see cref="HeadShape.Classifier"/></param>
    /// <param name="shape">how all of it lies in the slots</param>
    /// <param name="tanh">a polynomial for tanh</param>
    /// <returns>[example, class], as <see cref="HeadShape.Logits"/></returns>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor ClassificationHead(
        this Tensor x, Tensor bottleneck, Tensor hidden, Tensor classifier, HeadShape shape, UnitPolynomial tanh)
    {
        var graph = x.Graph;
        var input = graph.AddSingle(new HeadInput("input", x, shape));
        var rows = classifier.UnpackExampleRows(shape.BottleneckBias, shape.ClassWeights, shape.HiddenBias, shape.ClassBias);
        var packed = graph.AddSingle(new Bottleneck("bottleneck", input, Diagonals("bottleneck_weights", bottleneck, shape.Input), shape))
            + graph.AddSingle(new BottleneckBias("bottleneck_bias", rows[0], shape));
        var outputs = graph.AddSingle(new ExpandDiagonals("outputs", packed, shape));
        var units = graph.AddSingle(
            new HiddenUnits("hidden", outputs, Diagonals("hidden_weights", hidden, shape.Hidden), rows[2], shape, tanh));
        return graph.AddSingle(new Classifier("logits", units, rows[1], rows[3], shape));

        Tensor Diagonals(string name, Tensor weights, HeadFeatures features)
        {
            var parts = features.Parts == 1 ? weights : graph.AddSingle(new UnpackWeightParts($"{name}_parts", weights, shape, features));
            return graph.AddSingle(new WeightDiagonals(name, parts, shape, features));
        }
    }
}
