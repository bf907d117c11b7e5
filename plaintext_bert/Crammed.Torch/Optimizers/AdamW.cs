using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019), with the arithmetic of PyTorch 1.13: weights
/// decay first, averages are corrected for their bias, and epsilon is added outside the root.
/// </summary>
public partial class AdamW : OptimizerHelper, optim.IBetas
{
    private readonly Options defaults;
    private readonly Dictionary<Parameter, State> states = new(ReferenceEqualityComparer.Instance);

    public AdamW(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weight_decay = 0, bool amsgrad = false, bool maximize = false) :
        this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public AdamW(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        Require(lr >= 0, "learning rate", lr);
        Require(eps >= 0, "epsilon", eps);
        Require(beta1 is >= 0 and < 1, "beta1", beta1);
        Require(beta2 is >= 0 and < 1, "beta2", beta2);
        Require(weight_decay >= 0, "weight_decay value", weight_decay);
        defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
            Add(group);
    }

    /// <summary>The decay rates that new groups take.</summary>
    public (double, double) Betas
    {
        get => (defaults.beta1!.Value, defaults.beta2!.Value);
        set => (defaults.beta1, defaults.beta2) = value;
    }

    public override void add_param_group(Modules.ParamGroup param_group) => Add(param_group);

    public override Tensor? step(Func<Tensor>? closure = null) => _step<Modules.ParamGroup>(
        group =>
        {
            foreach (var parameter in group.Parameters)
                if (parameter.grad is { } gradient)
                    states[parameter].Step(parameter, gradient, (Options)group.Options);
        },
        closure);

    internal override IEnumerable<OptimizerState> States() => parameters().Select(parameter => states[parameter]);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        foreach (var state in states.Values)
            state.Dispose();
    }

    private static void Require(bool holds, string name, double value)
    {
        if (!holds)
            throw new ArgumentException($"Invalid {name}: {value}");
    }

    private void Add(Modules.ParamGroup group)
    {
        group.Options ??= new Options();
        var options = (Options)group.Options;
        options.FillFrom(defaults);
        // Enumerated once: a caller's lazy sequence might yield other objects the next time.
        group.Parameters = [.. group.Parameters];
        _parameter_groups.Add(group);
        foreach (var parameter in group.Parameters)
            states.Add(parameter, new State(parameter, options.amsgrad!.Value));
    }
}
