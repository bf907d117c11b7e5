using System.Numerics;
using Crammed.Approximation;

namespace Crammed.Ckks;

/// <summary>A ciphertext that the evaluation of a polynomial makes: its value in one slot, and the noise that making it adds.</summary>
/// <param name="value">the slot's value</param>
/// <param name="scale">the ciphertext's scale</param>
/// <param name="level">the ciphertext's level</param>
internal sealed class TracedValue(Complex value, double scale, int level)
{
    public Complex Value { get; } = value;

    public double Scale { get; } = scale;

    public int Level { get; } = level;

    /// <summary>Standard deviation, in each part of a slot, of what its own rescale and relinearization add.</summary>
    public double Noise { get; init; }

    /// <summary>The largest modulus of what integers in place of coefficients change in it.</summary>
    public double CoefficientRounding { get; init; }

    /// <summary>The derivative of the polynomial's value with respect to this one.</summary>
    public Complex Sensitivity { get; set; }
}

/// <summary>
/// <see cref="Evaluator.EvaluatePolynomial"/> in one slot: the value of every basis polynomial and every node of the plan, and how much the
/// result changes with each (the derivative in reverse accumulation; Griewank, Walther 2008, section 3.2). An error of T_2 that comes back
/// in T_3, T_4, T_8, ... is so counted once, with the sign it has in each.
/// </summary>
internal sealed class PolynomialTrace
{
    private readonly NoiseEstimator _noise;
    private readonly CkksParameters _parameters;
    private readonly PolynomialPlan _plan;
    private readonly Dictionary<int, TracedValue> _powers = [];
    private readonly List<TracedNode> _nodes = [];
    private readonly TracedValue _argument;
    private readonly TracedValue _result;

    /// <param name="noise">noise of single operations</param>
    /// <param name="parameters">the parameter set</param>
    /// <param name="plan">the polynomial</param>
    /// <param name="level">level of the operand</param>
    /// <param name="scale">scale of the operand</param>
    /// <param name="argument">the slot's value</param>
    /// <param name="resultScale">scale of the result, or null for the canonical one</param>
    public PolynomialTrace(
        NoiseEstimator noise, CkksParameters parameters, PolynomialPlan plan, int level, double scale, Complex argument,
        double? resultScale = null)
    {
        (_noise, _parameters, _plan) = (noise, parameters, plan);
        _powers[1] = _argument = new TracedValue(argument, scale, level);
        foreach (var step in plan.Powers)
            _powers.Add(step.Index, Power(step));
        var resultLevel = level - plan.Depth;
        _result = Node(plan.Root, resultLevel, resultScale ?? parameters.ScaleAt(resultLevel));
        _result.Sensitivity = 1;
        Accumulate();
    }

    /// <summary>The polynomial's value.</summary>
    public Complex Value => _result.Value;

    /// <summary>The polynomial's derivative.</summary>
    public Complex Derivative => _argument.Sensitivity;

    /// <summary>
    /// The variance, in each part of the result, of what rescales and relinearizations add; the operand's error is not in it. They are
    /// independent of each other, and small: products of errors are left out.
    /// </summary>
    public double Variance => Made.Sum(part => Square(Complex.Abs(part.Sensitivity) * part.Noise));

    /// <summary>A bound on what integers in place of coefficients change, the same for equal arguments.</summary>
    public double CoefficientRounding => Made.Sum(part => Complex.Abs(part.Sensitivity) * part.CoefficientRounding);

    private IEnumerable<TracedValue> Made => _powers.Values.Concat(_nodes.Select(node => node.Result));

    private TracedValue Power(PowerStep step)
    {
        TracedValue left = _powers[step.Left], right = _powers[step.Right];
        var level = Math.Min(left.Level, right.Level);
        double productScale = left.Scale * right.Scale, scale = productScale / _parameters.Moduli[level];
        var value = left.Value * right.Value;
        double rounding = 0;
        if (_plan.Basis == PolynomialBasis.Chebyshev)
        {
            var subtrahend = step.Difference == 0 ? new TracedValue(1, 1, level) : _powers[step.Difference];
            value = 2 * value - subtrahend.Value;
            rounding = RoundingOf(subtrahend, productScale);
        }
        return new TracedValue(value, scale, level - 1)
        {
            Noise = _noise.RelinearizeAndRescale(level, scale),
            CoefficientRounding = rounding,
        };
    }

    /// <summary>The node's value and, before it in the list, those of the nodes that it takes.</summary>
    private TracedValue Node(PolynomialNode node, int level, double scale)
    {
        var sumScale = scale * _parameters.Moduli[level + 1];
        var value = node.Constant;
        var rounding = 1 / sumScale;
        foreach ((var index, var coefficient) in node.Terms)
        {
            value += coefficient * _powers[index].Value;
            rounding += RoundingOf(_powers[index], sumScale);
        }
        var quotients = new TracedValue[node.Products.Count];
        for (var i = 0; i < quotients.Length; i++)
        {
            var giant = _powers[node.Products[i].Giant];
            quotients[i] = Node(node.Products[i].Quotient, level + 1, sumScale / giant.Scale);
            value += quotients[i].Value * giant.Value;
        }
        var result = new TracedValue(value, scale, level)
        {
            Noise = quotients.Length == 0 ? _noise.Rescale(scale) : _noise.RelinearizeAndRescale(level + 1, scale),
            CoefficientRounding = rounding,
        };
        _nodes.Add(new TracedNode(node, result, quotients));
        return result;
    }

    /// <summary>Hands sensitivities from each value on to those that it is made of, the last made first.</summary>
    private void Accumulate()
    {
        foreach ((var node, var result, var quotients) in Enumerable.Reverse(_nodes))
        {
            foreach ((var index, var coefficient) in node.Terms)
                _powers[index].Sensitivity += result.Sensitivity * coefficient;
            for (var i = 0; i < quotients.Length; i++)
            {
                var giant = _powers[node.Products[i].Giant];
                quotients[i].Sensitivity += result.Sensitivity * giant.Value;
                giant.Sensitivity += result.Sensitivity * quotients[i].Value;
            }
        }
        foreach (var step in _plan.Powers.Reverse())
            Accumulate(step);
    }

    private void Accumulate(PowerStep step)
    {
        TracedValue left = _powers[step.Left], right = _powers[step.Right];
        var sensitivity = _powers[step.Index].Sensitivity;
        var isChebyshev = _plan.Basis == PolynomialBasis.Chebyshev;
        var ofProduct = isChebyshev ? 2 * sensitivity : sensitivity;
        left.Sensitivity += ofProduct * right.Value;
        right.Sensitivity += ofProduct * left.Value;
        if (isChebyshev && step.Difference != 0)
            _powers[step.Difference].Sensitivity -= sensitivity;
    }

    /// <summary>The value times an error of up to 1/2 in both parts of the integer that multiplies it.</summary>
    private static double RoundingOf(TracedValue factor, double productScale) =>
        Complex.Abs(factor.Value) * Math.Sqrt(0.5) * factor.Scale / productScale;

    private static double Square(double value) => value * value;

    /// <summary>A node with its value and those of its quotients.</summary>
    private sealed record TracedNode(PolynomialNode Node, TracedValue Result, TracedValue[] Quotients);
}
