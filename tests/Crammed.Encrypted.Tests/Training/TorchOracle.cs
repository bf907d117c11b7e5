using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>
/// The tiny model in torch, in its textbook form: masked scores rather than masked values, the kernel's factor on its argument, layer
/// norm and cross entropy from the library.
/// </summary>
internal class TorchOracle(TinyModel model, ScalarType type = ScalarType.Float64)
{
    private readonly Dictionary<string, Tensor> _parameters = [];

    protected TinyModel Model => model;

    /// <summary>
    /// One pass with the given parameters (flat, in the model's order); the loss is the mean logistic loss times a factor.
    /// </summary>
    public ModelGradients Run(double[] parameters, double gradientScale = 1)
    {
        using var scope = NewDisposeScope();
        var offset = 0;
        foreach (var (name, rows, columns) in model.ParameterShapes)
        {
            var values = parameters[offset..(offset += rows * columns)];
            _parameters[name] = Make(values, rows, columns).requires_grad_();
        }
        var embedding = Make(model.Embedding, model.Examples, model.Tokens, model.Hidden).requires_grad_();
        var logits = Forward(embedding);
        Backward(logits, gradientScale);
        return new ModelGradients(Values(logits), [.. model.ParameterShapes.SelectMany(shape => Values(_parameters[shape.Name].grad!))],
            Values(embedding.grad!));
    }

    /// <summary>Layer norm over the last dimension.</summary>
    protected virtual Tensor Norm(string name, Tensor x) => nn.functional.layer_norm(
        x, [model.Hidden], Vector(name + ".gamma"), Vector(name + ".beta"), TinyModel.NormEpsilon);

    protected virtual Tensor Tanh(Tensor x) => x.tanh();

    /// <summary>Backward pass from the loss.</summary>
    protected virtual void Backward(Tensor logits, double gradientScale)
    {
        var labels = tensor(model.Labels.Select(label => (long)label).ToArray());
        (nn.functional.cross_entropy(logits, labels) * gradientScale).backward();
    }

    protected Tensor Vector(string name) => Make(model.Vectors[name], model.Hidden);

    protected Tensor Make(double[] values, params long[] shape) => tensor(values, shape).to(type);

    private Tensor Forward(Tensor x)
    {
        var normalized = Norm("attention_norm", x);
        var (query, key, value) = (Project("query", 0, normalized), Project("key", 1, normalized), Project("value", 2, normalized));
        var width = model.Hidden / TinyModel.Heads;
        var distance = (query.unsqueeze(3) - key.unsqueeze(2)).square().sum(-1);
        var argument = -distance / (2 * Math.Sqrt(width));
        var power = 1 << TinyModel.KernelPower;
        var mask = Make(model.Mask, model.Examples, 1, 1, model.Tokens);
        var scores = (1 + argument / power).pow(power) * mask;
        var attended = scores.matmul(value).permute(0, 2, 1, 3).reshape(model.Examples, model.Tokens, model.Hidden);
        x = x + nn.functional.linear(attended, Frozen("output"));
        var second = Norm("feed_forward_norm", x);
        var gated = nn.functional.linear(second, Frozen("expand")) * nn.functional.linear(second, Frozen("gate"));
        x = x + nn.functional.linear(gated, Frozen("contract"));
        var first = Norm("final_norm", x).select(1, 0);
        var dense = Affine(Affine(first, "projection"), "dense");
        return Affine(Tanh(dense), "classifier");
    }

    /// <summary>[example, head, token, feature].</summary>
    private Tensor Project(string name, int index, Tensor x)
    {
        var dropout = new double[model.Examples * model.Tokens * TinyModel.Rank];
        Array.Copy(model.Dropout, index * dropout.Length, dropout, 0, dropout.Length);
        var low = x.matmul(_parameters[name + ".a"]) * Make(dropout, model.Examples, model.Tokens, TinyModel.Rank);
        var projected = nn.functional.linear(x, Frozen(name)) + low.matmul(_parameters[name + ".b"]) * TinyModel.AdapterScale;
        return projected.reshape(model.Examples, model.Tokens, TinyModel.Heads, model.Hidden / TinyModel.Heads).permute(0, 2, 1, 3);
    }

    private Tensor Affine(Tensor x, string name) => x.matmul(_parameters[name + ".weight"]) + _parameters[name + ".bias"];

    private Tensor Frozen(string name)
    {
        var matrix = model.Matrices[name];
        return Make([.. matrix.Cast<double>()], matrix.GetLength(0), matrix.GetLength(1));
    }

    private static double[] Values(Tensor x) => x.to(ScalarType.Float64).data<double>().ToArray();
}
