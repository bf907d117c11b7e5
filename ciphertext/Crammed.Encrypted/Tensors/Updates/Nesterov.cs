using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Gradient descent with Nesterov's momentum in the form of Sutskever et al. 2013, with decoupled weight decay: u &lt;- momentum u + g,
/// theta &lt;- theta - rate (decay theta + g + momentum u). The velocity u is kept over a calibrated bound M of gradients.
/// </summary>
public sealed class Nesterov : IOptimizer
{
    /// <param name="momentum">at least 0 and below 1</param>
    /// <param name="weightDecay">at least 0</param>
    /// <param name="gradientBound">M, above 0; the velocity over M is at most 1 / (1 - momentum)</param>
    /// <exception cref="ArgumentOutOfRangeException">a number is outside its range</exception>
    public Nesterov(double momentum, double weightDecay, double gradientBound)
    {
        Momentum = momentum is >= 0 and < 1 ? momentum
            : throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "a momentum is at least 0 and below 1");
        WeightDecay = double.IsFinite(weightDecay) && weightDecay >= 0 ? weightDecay
            : throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, "a weight decay is at least 0");
        GradientBound = double.IsFinite(gradientBound) && gradientBound > 0 ? gradientBound
            : throw new ArgumentOutOfRangeException(nameof(gradientBound), gradientBound, "must be above 0");
    }

    public double Momentum { get; }

    public double WeightDecay { get; }

    /// <summary>M.</summary>
    public double GradientBound { get; }

    public IReadOnlyList<string> States => ["velocity"];

    public (Tensor Parameters, IReadOnlyList<Tensor> States) Update(Tensor parameters, Tensor gradient, IReadOnlyList<Tensor> states)
    {
        var (updated, velocity) = parameters.Nesterov(gradient, states[0], this);
        return (updated, [velocity]);
    }

    public override string ToString() => FormattableString.Invariant($"Nesterov's momentum {Momentum}, depth 1");

    public IReadOnlyDictionary<string, double> Scalars(int step, double learningRate, double lossScale) => new Dictionary<string, double>
    {
        [ScalarNames.LearningRate] = learningRate,
        [ScalarNames.DecayRate] = learningRate * WeightDecay,
        [ScalarNames.GradientRate] = learningRate / lossScale,
        [ScalarNames.InverseLossScale] = 1 / lossScale,
    };
}

/// <summary>One step of <see cref="Nesterov"/> on tensors that lie alike: new parameters and velocity. One level.</summary>
internal sealed class NesterovUpdate : Operation
{
    private readonly Nesterov _settings;
    private readonly SlotCondition[] _decayed;

    /// <exception cref="ArgumentException">the tensors lie in different ways, or are parts of sums</exception>
    public NesterovUpdate(
        string name, Tensor parameters, Tensor gradient, Tensor velocity, Nesterov settings, params SlotCondition[] decayed)
        : base(name, parameters, gradient, velocity)
    {
        (_settings, _decayed) = (settings, decayed);
        foreach (var operand in Operands)
            RequireLayout(operand, parameters.Layout with { Unsummed = false });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("parameters", Operands[0].Layout), ("velocity", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (parameters, gradient, velocity, momentum) = (operands[0], operands[1], operands[2], _settings.Momentum);
        var next = program.Masked(
            "velocity", velocity.Axes, ProgramBuilder.Mask(velocity, momentum),
            ProgramBuilder.Mask(gradient, SlotMask.Of(ScalarNames.InverseLossScale, 1 / _settings.GradientBound)));
        // Gradient and new velocity in terms of the old one, which spares a level: g + momentum u' = (1 + momentum) g + momentum^2 u.
        var terms = new List<MaskTerm>
        {
            ProgramBuilder.Mask(gradient, SlotMask.Of(ScalarNames.GradientRate, 1 + momentum)),
            ProgramBuilder.Mask(velocity, SlotMask.Of(ScalarNames.LearningRate, momentum * momentum * _settings.GradientBound)),
        };
        if (_settings.WeightDecay > 0)
            terms.Add(ProgramBuilder.Mask(parameters, SlotMask.Of(ScalarNames.DecayRate) with { Conditions = [.. _decayed] }));
        var move = program.Masked("move", parameters.Axes, [.. terms]);
        return [program.Sum("parameters", parameters.Axes, ProgramBuilder.Term(parameters), ProgramBuilder.Term(move, -1)), next];
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// One step of gradient descent with Nesterov's momentum; the velocity is zero before the first. A run takes <see
    /// cref="Tensors.Nesterov.Scalars"/>. One level.
    /// </summary>
    /// <param name="parameters">packed in any way</param>
    /// <param name="gradient">with the loss scale, of the same layout</param>
    /// <param name="velocity">over M, of the same layout</param>
    /// <param name="settings">the optimizer's</param>
    /// <param name="decayed">slots of parameters that decay; all if none are given</param>
    /// <exception cref="ArgumentException">the tensors lie in different ways</exception>
    public static (Tensor Parameters, Tensor Velocity) Nesterov(
        this Tensor parameters, Tensor gradient, Tensor velocity, Nesterov settings, params SlotCondition[] decayed)
    {
        var results = parameters.Graph.Add(new NesterovUpdate("update", parameters, gradient, velocity, settings, decayed));
        return (results[0], results[1]);
    }
}
