using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>
/// The torch model with chosen errors on the values of its non-polynomial functions, one site a value. The derivative of a perturbed
/// function is what the circuit's backward pass makes of the perturbed value: -s^3 / 2 for the inverse deviation s of a variance,
/// 1 - y^2 for y = tanh.
/// </summary>
internal sealed class PerturbedOracle : TorchOracle
{
    private readonly Dictionary<string, double[]> _errors = [];

    public PerturbedOracle(TinyModel model) : base(model)
    {
        foreach (var norm in new[] { "attention_norm", "feed_forward_norm", "final_norm" })
            _errors[norm] = new double[model.Examples * model.Tokens];
        _errors["head.tanh"] = new double[model.Examples * model.ParameterShapes.Single(shape => shape.Name == "dense.bias").Columns];
        _errors["sigmoid"] = new double[model.Examples];
    }

    /// <summary>
    /// First-order bound on the change of each number of a pass when every value of the functions may be off by the given error, in
    /// either direction: the sum over sites of |difference quotient| times error.
    /// </summary>
    public ModelGradients Bound(double[] parameters, IReadOnlyDictionary<string, double> errors)
    {
        const double change = 1e-4;
        var start = Run(parameters).All;
        var bound = new double[start.Length];
        foreach (var (function, sites) in _errors)
        {
            for (var site = 0; site < sites.Length; site++)
            {
                sites[site] = change;
                var moved = Run(parameters).All;
                sites[site] = 0;
                for (var i = 0; i < bound.Length; i++)
                    bound[i] += errors[function] * Math.Abs(moved[i] - start[i]) / change;
            }
        }
        int logits = 2 * Model.Examples, embedding = Model.Embedding.Length;
        return new ModelGradients(bound[..logits], bound[logits..^embedding], bound[^embedding..]);
    }

    protected override Tensor Norm(string name, Tensor x)
    {
        var centred = x - x.mean([-1], keepdim: true);
        var variance = centred.square().mean([-1], keepdim: true);
        var error = Make(_errors[name], Model.Examples, Model.Tokens, 1);
        var value = (variance + TinyModel.NormEpsilon).rsqrt().detach() + error;
        var inverse = value - 0.5 * value.pow(3) * (variance - variance.detach());
        return centred * inverse * Vector(name + ".gamma") + Vector(name + ".beta");
    }

    protected override Tensor Tanh(Tensor x)
    {
        var value = x.tanh().detach() + Make(_errors["head.tanh"], x.shape);
        return value + (1 - value.square()) * (x - x.detach());
    }

    protected override void Backward(Tensor logits, double gradientScale)
    {
        var probability = (logits.select(1, 1) - logits.select(1, 0)).sigmoid().detach() + Make(_errors["sigmoid"], Model.Examples);
        var residual = (probability - Make(Model.Labels, Model.Examples)) * (gradientScale / Model.Examples);
        logits.backward([stack([-residual, residual], 1)]);
    }
}
