using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// u^(2^p) by p squarings, the kernel (1 + x / 2^p)^(2^p) of u = 1 + x / 2^p. If there is a gradient, also its slope u^(2^p - 1), the
/// product of the squarings' operands; both take p levels.
/// </summary>
internal sealed class KernelPower : Operation
{
    private readonly int _exponent;

    /// <exception cref="ArgumentException">the operand is in parts of sums, or the exponent is not one of a kernel</exception>
    public KernelPower(string name, Tensor operand, int exponent) : base(name, operand)
    {
        RequireLayout(operand, operand.Layout with { Unsummed = false });
        ArgumentOutOfRangeException.ThrowIfLessThan(exponent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, PowerKernel.MaxExponent);
        _exponent = exponent;
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => Operands[0].RequiresGradient
        ? [("power", Operands[0].Layout), ("slope", Operands[0].Layout)]
        : [("", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (power, slope) = PowerKernel.Squarings(
            operands[0], _exponent, (left, right) => program.Multiply(left == right ? "power" : "slope", left.Axes, left, right), _ => { },
            derivative: Operands[0].RequiresGradient);
        return slope is null ? [power] : [power, slope];
    }

    /// <summary>2^p times the slope times what the copies' gradients sum up to.</summary>
    /// <exception cref="NotSupportedException">the slope has a gradient</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) => gradients[1] is not null
        ? throw new NotSupportedException($"{Name}: the slope passes no gradient on")
        : [graph.AddSingle(new Multiplication("base", gradients[0]!.SumCopies(), Results[1], 1L << _exponent))];
}

public static partial class TensorFunctions
{
    /// <summary>The kernel (1 + x / 2^p)^(2^p) of u = 1 + x / 2^p, which is u^(2^p). p levels.</summary>
    /// <param name="operand">u, of any layout</param>
    /// <param name="exponent">p, from 1 to 30</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the operand is in parts of sums, or the exponent is another one</exception>
    public static Tensor KernelPower(this Tensor operand, int exponent, string name = "kernel") =>
        operand.Graph.Add(new KernelPower(name, operand, exponent))[0];
}
