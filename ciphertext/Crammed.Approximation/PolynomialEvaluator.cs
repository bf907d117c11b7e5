namespace Crammed.Approximation;

/// <summary>Evaluates Chebyshev polynomials by their plan over any arithmetic with levels.</summary>
public static class PolynomialEvaluator
{
    /// <summary>p(x) for x in the domain. Out: level of <paramref name="x"/> minus <see cref="ChebyshevPolynomial.Depth"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="x"/> has too few levels.</exception>
    /// <exception cref="InvalidOperationException">The polynomial is a constant.</exception>
    public static T Evaluate<T>(ChebyshevPolynomial polynomial, T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(polynomial);
        ArgumentNullException.ThrowIfNull(arithmetic);
        var plan = polynomial.Plan;
        if (arithmetic.LevelOf(x) < polynomial.Depth)
        {
            throw new ArgumentException(
                $"The argument has {arithmetic.LevelOf(x)} levels, the {polynomial} takes {polynomial.Depth}: refresh the argument first.");
        }

        if (polynomial.AffineDepth == 0 && polynomial.ArgumentShift == 0)
            return Run(plan, x, arithmetic);

        var t = polynomial.AffineDepth == 0
            ? arithmetic.AddConstant(x, polynomial.ArgumentShift)
            : arithmetic.LinearCombination([x], [polynomial.ArgumentScale], polynomial.ArgumentShift);
        var value = Run(plan, t, arithmetic);
        arithmetic.Release(t);
        return value;
    }

    private static T Run<T>(PolynomialPlan plan, T t, IPolynomialArithmetic<T> arithmetic)
    {
        var powers = new Dictionary<int, T> { [1] = t };
        foreach (var step in plan.Powers)
            powers[step.Index] = Next(step, powers, arithmetic);
        var value = Combine(plan.Root, powers, arithmetic);
        foreach (var step in plan.Powers)
            arithmetic.Release(powers[step.Index]);
        return value;
    }

    private static T Next<T>(PowerStep step, Dictionary<int, T> powers, IPolynomialArithmetic<T> arithmetic)
    {
        var product = arithmetic.Multiply(powers[step.Left], powers[step.Right]);
        var doubled = arithmetic.Add(product, product);
        arithmetic.Release(product);
        var value = step.Difference == 0
            ? arithmetic.AddConstant(doubled, -1)
            : arithmetic.Subtract(doubled, powers[step.Difference]);
        arithmetic.Release(doubled);
        return value;
    }

    private static T Combine<T>(PolynomialNode node, Dictionary<int, T> powers, IPolynomialArithmetic<T> arithmetic)
    {
        if (node.Products.Count == 0)
            return Linear(node, powers, arithmetic);

        var quotients = node.Products.Select(p => Combine(p.Quotient, powers, arithmetic)).ToArray();
        var sum = arithmetic.SumOfProducts(quotients, node.Products.Select(p => powers[p.Giant]).ToArray());
        foreach (var quotient in quotients)
            arithmetic.Release(quotient);
        if (node.Terms.Count == 0 && node.Constant == 0)
            return sum;

        var value = node.Terms.Count == 0
            ? arithmetic.AddConstant(sum, node.Constant.Real)
            : AddAndRelease(sum, Linear(node, powers, arithmetic), arithmetic);
        arithmetic.Release(sum);
        return value;
    }

    private static T Linear<T>(PolynomialNode node, Dictionary<int, T> powers, IPolynomialArithmetic<T> arithmetic) =>
        arithmetic.LinearCombination(
            [.. node.Terms.Select(term => powers[term.Index])], [.. node.Terms.Select(term => term.Coefficient.Real)], node.Constant.Real);

    private static T AddAndRelease<T>(T sum, T addend, IPolynomialArithmetic<T> arithmetic)
    {
        var value = arithmetic.Add(sum, addend);
        arithmetic.Release(addend);
        return value;
    }
}
