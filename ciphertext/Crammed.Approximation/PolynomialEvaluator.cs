namespace Crammed.Approximation;

/// <summary>Evaluates Chebyshev polynomials by their plan over any arithmetic with levels.</summary>
public static class PolynomialEvaluator
{
    /// <summary>p(x) for x in the domain. Out: level of <paramref name="x"/> minus <see cref="ChebyshevPolynomial.Depth"/>.</summary>
    /// <exception cref="ArgumentException">The polynomial is a constant, or <paramref name="x"/> has too few levels.</exception>
    public static T Evaluate<T>(ChebyshevPolynomial polynomial, T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(polynomial);
        ArgumentNullException.ThrowIfNull(arithmetic);
        RequireLevels(polynomial, polynomial.Depth, x, arithmetic);
        var scale = 1 / polynomial.Domain.HalfWidth;
        var shift = -polynomial.Domain.Midpoint / polynomial.Domain.HalfWidth;
        if (polynomial.Degree == 1)
        {
            var (c0, c1) = (polynomial.Coefficients[0], polynomial.Coefficients[1]);
            return arithmetic.LinearCombination([x], [c1 * scale], c0 + c1 * shift);
        }

        if (polynomial.AffineDepth == 0 && shift == 0)
            return Run(polynomial.Plan, x, arithmetic);

        var t = polynomial.AffineDepth == 0
            ? arithmetic.AddConstant(x, shift)
            : arithmetic.LinearCombination([x], [scale], shift);
        var value = Run(polynomial.Plan, t, arithmetic);
        arithmetic.Release(t);
        return value;
    }

    /// <summary>
    /// p at the argument whose image in [-1, 1] is <paramref name="t"/>, for callers who fold the affine map into a scaling that comes
    /// before. Out: level of <paramref name="t"/> minus <see cref="ChebyshevPolynomial.PolynomialDepth"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The polynomial is a constant, or <paramref name="t"/> has too few levels.</exception>
    public static T EvaluateOnUnit<T>(ChebyshevPolynomial polynomial, T t, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(polynomial);
        ArgumentNullException.ThrowIfNull(arithmetic);
        RequireLevels(polynomial, polynomial.PolynomialDepth, t, arithmetic);
        return Run(polynomial.Plan, t, arithmetic);
    }

    private static void RequireLevels<T>(ChebyshevPolynomial polynomial, int depth, T x, IPolynomialArithmetic<T> arithmetic)
    {
        if (polynomial.Degree == 0)
            throw new ArgumentException($"The polynomial is the constant {polynomial.Coefficients[0]}; nothing to evaluate.");
        if (arithmetic.LevelOf(x) < depth)
        {
            throw new ArgumentException(
                $"The argument has {arithmetic.LevelOf(x)} levels, the {polynomial} takes {depth}: refresh the argument first.");
        }
    }

    private static T Run<T>(PatersonStockmeyerPlan plan, T t, IPolynomialArithmetic<T> arithmetic)
    {
        var basis = new Dictionary<int, T> { [1] = t };
        foreach (var step in plan.Basis)
            basis[step.Index] = Next(step, basis, arithmetic);
        var value = Combine(plan.Root, basis, arithmetic);
        foreach (var step in plan.Basis)
            arithmetic.Release(basis[step.Index]);
        return value;
    }

    private static T Next<T>(ChebyshevBasisStep step, Dictionary<int, T> basis, IPolynomialArithmetic<T> arithmetic)
    {
        var product = arithmetic.Multiply(basis[step.Left], basis[step.Right]);
        var doubled = arithmetic.Add(product, product);
        arithmetic.Release(product);
        var value = step.Difference == 0
            ? arithmetic.AddConstant(doubled, -1)
            : arithmetic.Subtract(doubled, basis[step.Difference]);
        arithmetic.Release(doubled);
        return value;
    }

    private static T Combine<T>(PatersonStockmeyerNode node, Dictionary<int, T> basis, IPolynomialArithmetic<T> arithmetic)
    {
        if (node.Products.Count == 0)
            return Linear(node, basis, arithmetic);

        var quotients = node.Products.Select(p => Combine(p.Quotient, basis, arithmetic)).ToArray();
        var sum = arithmetic.SumOfProducts(quotients, node.Products.Select(p => basis[p.Giant]).ToArray());
        foreach (var quotient in quotients)
            arithmetic.Release(quotient);
        if (node.LinearIndices.Count == 0 && node.Constant == 0)
            return sum;

        var value = node.LinearIndices.Count == 0
            ? arithmetic.AddConstant(sum, node.Constant)
            : AddAndRelease(sum, Linear(node, basis, arithmetic), arithmetic);
        arithmetic.Release(sum);
        return value;
    }

    private static T Linear<T>(PatersonStockmeyerNode node, Dictionary<int, T> basis, IPolynomialArithmetic<T> arithmetic) =>
        arithmetic.LinearCombination(
            node.LinearIndices.Select(i => basis[i]).ToArray(), node.LinearCoefficients, node.Constant);

    private static T AddAndRelease<T>(T sum, T addend, IPolynomialArithmetic<T> arithmetic)
    {
        var value = arithmetic.Add(sum, addend);
        arithmetic.Release(addend);
        return value;
    }
}
