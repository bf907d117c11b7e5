using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// One step of <see cref="AdamWHe"/> on tensors that lie alike: new parameters, first and second moment. Levels: <see
/// cref="AdamWHe.Depth"/>, 1 and 2.
/// </summary>
internal sealed class AdamWHeUpdate : Operation
{
    private readonly AdamWHe _settings;
    private readonly SlotCondition[] _decayed;
    private readonly ChebyshevPolynomial _polynomial;

    /// <exception cref="ArgumentException">the tensors lie in different ways, or are parts of sums</exception>
    public AdamWHeUpdate(
        string name, Tensor parameters, Tensor gradient, Tensor first, Tensor second, AdamWHe settings, params SlotCondition[] decayed)
        : base(name, parameters, gradient, first, second)
    {
        (_settings, _decayed, _polynomial) = (settings, decayed, settings.ScaledPolynomial);
        foreach (var operand in Operands)
            RequireLayout(operand, parameters.Layout with { Unsummed = false });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("parameters", Operands[0].Layout), ("first_moment", Operands[0].Layout), ("second_moment", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (parameters, gradient, axes) = (operands[0], operands[1], operands[0].Axes);
        var first = program.Masked(
            "first_moment", axes, ProgramBuilder.Mask(operands[2], SlotMask.Of(ScalarNames.FirstMomentKept)),
            ProgramBuilder.Mask(gradient, SlotMask.Of(ScalarNames.FirstMomentTaken, 1 / _settings.GradientBound)));
        var second = SecondMoment(program, "second_moment", operands[3], gradient, 1, _settings.Lift);
        // What the root's polynomial takes is made from the old moment in the same levels rather than from the new one in another.
        var argument = SecondMoment(program, "argument", operands[3], gradient, 2 / _settings.Lift, 2);
        var move = Move(program, first, argument);
        if (_settings.WeightDecay == 0)
            return [program.Sum("parameters", axes, ProgramBuilder.Term(parameters), ProgramBuilder.Term(move, -1)), first, second];
        var decay = SlotMask.Of(ScalarNames.DecayRate) with { Conditions = [.. _decayed] };
        var decayed = program.Masked("decay", axes, ProgramBuilder.Mask(parameters, decay));
        return
        [
            program.Sum(
                "parameters", axes, ProgramBuilder.Term(parameters), ProgramBuilder.Term(move, -1), ProgramBuilder.Term(decayed, -1)),
            first, second,
        ];
    }

    /// <summary>v / M^2 times a number, from the kept one, which is times the lift. Two levels.</summary>
    /// <param name="program">where to</param>
    /// <param name="name">of the result</param>
    /// <param name="old">as kept</param>
    /// <param name="gradient">with the loss scale</param>
    /// <param name="fromKept">the number over the lift</param>
    /// <param name="number">the number</param>
    private Value SecondMoment(ProgramBuilder program, string name, Value old, Value gradient, double fromKept, double number)
    {
        var share = program.Masked(
            $"{name}_root", old.Axes,
            ProgramBuilder.Mask(gradient, SlotMask.Of(ScalarNames.SecondMomentTakenRoot, Math.Sqrt(number) / _settings.GradientBound)));
        var square = program.Multiply($"{name}_square", old.Axes, share, share);
        var kept = program.Masked($"{name}_kept", old.Axes, ProgramBuilder.Mask(old, SlotMask.Of(ScalarNames.SecondMomentKept, fromKept)));
        return program.Sum(name, old.Axes, ProgramBuilder.Term(kept), ProgramBuilder.Term(square));
    }

    /// <summary>
    /// Rate times m / sqrt(w). The root y is scaled to s y, at most 1, and w to w / s^2: Newton's steps y (3 - w y^2) / 2 are the same. The
    /// last one is multiplied by the moment on its way, 1.5 m y + (y y) (y (-m w / 2)), which spares a level.
    /// </summary>
    private Value Move(ProgramBuilder program, Value first, Value argument)
    {
        var (axes, steps, scale) = (first.Axes, _settings.Root.Steps, _settings.RootScale);
        var root = program.Polynomial("root", argument, "inverse_root", _polynomial);
        if (steps == 0)
            return program.Multiply("move", axes, Rated("rated", first, 1 / scale), root);
        // -w / (2 s^2), w = t / 2 + epsilon / M^2.
        var squared = scale * scale;
        var scaled = program.Masked("half_scaled", axes, ProgramBuilder.Mask(argument, -0.25 / squared));
        var half = program.SumPlus("half", axes, [-_settings.Offset / (2 * squared)], ProgramBuilder.Term(scaled));
        for (var i = 1; i < steps; i++)
        {
            var cube = program.Multiply(
                "cube", axes, program.Multiply("square", axes, root, root), program.Multiply("product", axes, root, half));
            var more = program.Masked("root_scaled", axes, ProgramBuilder.Mask(root, 1.5));
            root = program.Sum("root", axes, ProgramBuilder.Term(more), ProgramBuilder.Term(cube));
        }
        var weight = Rated("moment_half", program.Multiply("moment_product", axes, first, half), 1 / scale);
        var (square, product) = (program.Multiply("last_square", axes, root, root), program.Multiply("last_product", axes, root, weight));
        return program.Products(
            "move", axes, ProgramBuilder.Product(Rated("moment", first, 1.5 / scale), root), ProgramBuilder.Product(square, product));

        Value Rated(string name, Value value, double factor) =>
            program.Masked(name, axes, ProgramBuilder.Mask(value, SlotMask.Of(ScalarNames.LearningRate, factor)));
    }
}

/// <summary>What an update makes.</summary>
/// <param name="Parameters">the new ones</param>
/// <param name="First">the new first moment, as kept</param>
/// <param name="Second">the new second moment, as kept</param>
public sealed record AdamWHeState(Tensor Parameters, Tensor First, Tensor Second);

public static partial class TensorFunctions
{
    /// <summary>
    /// One step of AdamW-HE; states are zero before the first. A run takes <see cref="AdamWHe.Scalars"/>. Levels: <see
    /// cref="AdamWHe.Depth"/> to the parameters, 1 to the first moment, 2 to the second.
    /// </summary>
    /// <param name="parameters">packed in any way</param>
    /// <param name="gradient">with the loss scale, of the same layout</param>
    /// <param name="first">the first moment over M, of the same layout</param>
    /// <param name="second">the second moment over M^2 times the lift, of the same layout</param>
    /// <param name="settings">the optimizer's</param>
    /// <param name="decayed">slots of parameters that decay; all if none are given</param>
    /// <exception cref="ArgumentException">the tensors lie in different ways</exception>
    public static AdamWHeState AdamWHe(
        this Tensor parameters, Tensor gradient, Tensor first, Tensor second, AdamWHe settings, params SlotCondition[] decayed)
    {
        var results = parameters.Graph.Add(new AdamWHeUpdate("update", parameters, gradient, first, second, settings, decayed));
        return new AdamWHeState(results[0], results[1], results[2]);
    }
}
