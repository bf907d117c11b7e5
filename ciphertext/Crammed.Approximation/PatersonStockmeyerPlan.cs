using System.Numerics;

namespace Crammed.Approximation;

/// <summary>
/// How a polynomial in the Chebyshev basis is evaluated in depth exactly ceil(log2(degree + 1)), scaling by coefficients included,
/// with about the square root of the degree many products (Paterson and Stockmeyer 1973; in the Chebyshev basis and in optimal
/// depth: Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, section 5).
///
/// p of degree below 2^D is divided by T_{2^j}, the largest power of two within the degree: p = q T_{2^j} + r. T_{2^j} and q are at
/// depth at most D - 1, r keeps the whole D. A part of degree at most min(BabyLimit, 2^(D-1)) is one linear combination of basis
/// polynomials, one level above theirs; only the innermost quotients on the critical path are split further than the baby limit.
/// Even and odd polynomials keep their parity in every part, so they need only the basis polynomials of that parity and powers of
/// two.
/// </summary>
public sealed class PatersonStockmeyerPlan
{
    private PatersonStockmeyerPlan(int degree, int babyLimit, PatersonStockmeyerNode root)
    {
        Degree = degree;
        BabyLimit = babyLimit;
        Root = root;
        var indices = new SortedSet<int>();
        var products = Collect(root, indices);
        Basis = Complete(indices);
        Multiplications = Basis.Count + products;
    }

    /// <summary>Degree of the polynomial, at least 1.</summary>
    public int Degree { get; }

    /// <summary>Levels from t in [-1, 1] to the value.</summary>
    public int Depth => ChebyshevPolynomial.DepthOfDegree(Degree);

    /// <summary>Largest degree of a part that is evaluated as a linear combination: a power of two.</summary>
    public int BabyLimit { get; }

    /// <summary>Basis polynomials to compute, T_1 given, in an order in which each has what it needs.</summary>
    public IReadOnlyList<ChebyshevBasisStep> Basis { get; }

    public PatersonStockmeyerNode Root { get; }

    /// <summary>Products of two non-constant values: one for each basis step and one for each product in the tree.</summary>
    public int Multiplications { get; }

    /// <summary>Plans with the baby limit that takes the fewest products; on a tie, the smaller limit.</summary>
    /// <param name="coefficients">Coefficients of T_0 to T_degree; the last is not zero and the degree is at least 1.</param>
    /// <exception cref="ArgumentException">Fewer than two coefficients, or the last is zero.</exception>
    public static PatersonStockmeyerPlan Create(IReadOnlyList<double> coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        if (coefficients.Count < 2 || coefficients[^1] == 0)
            throw new ArgumentException("A plan needs degree at least 1 and a last coefficient that is not zero.", nameof(coefficients));
        return Enumerable.Range(0, ChebyshevPolynomial.DepthOfDegree(coefficients.Count - 1) + 1)
            .Select(k => Create(coefficients, 1 << k))
            .MinBy(p => p.Multiplications)!;
    }

    internal static PatersonStockmeyerPlan Create(IReadOnlyList<double> coefficients, int babyLimit)
    {
        var degree = coefficients.Count - 1;
        return new PatersonStockmeyerPlan(degree, babyLimit, Build(coefficients, ChebyshevPolynomial.DepthOfDegree(degree), babyLimit));
    }

    /// <summary>
    /// p = q T_N + r for N at most the degree, which is below 2 N: from 2 T_N T_i = T_{N+i} + T_{N-i}.
    /// Both are trimmed of trailing zeros.
    /// </summary>
    internal static (double[] Quotient, double[] Remainder) Divide(IReadOnlyList<double> coefficients, int n)
    {
        var quotient = new double[coefficients.Count - n];
        var remainder = coefficients.Take(n).ToArray();
        quotient[0] = coefficients[n];
        for (var i = 1; i < quotient.Length; i++)
        {
            quotient[i] = 2 * coefficients[n + i];
            remainder[n - i] -= coefficients[n + i];
        }

        return (Trim(quotient), Trim(remainder));
    }

    private static double[] Trim(double[] coefficients) =>
        coefficients[..(Math.Max(Array.FindLastIndex(coefficients, c => c != 0), 0) + 1)];

    private static PatersonStockmeyerNode Build(IReadOnlyList<double> coefficients, int depth, int babyLimit)
    {
        var products = new List<PatersonStockmeyerProduct>();
        var linear = new SortedList<int, double>();
        var rest = coefficients;
        while (rest.Count - 1 > Math.Min(babyLimit, 1 << (depth - 1)))
        {
            var giant = 1 << BitOperations.Log2((uint)(rest.Count - 1));
            var (quotient, remainder) = Divide(rest, giant);
            if (quotient.Length == 1)
                linear.Add(giant, quotient[0]);
            else
                products.Add(new PatersonStockmeyerProduct(Build(quotient, depth - 1, babyLimit), giant));
            rest = remainder;
        }

        for (var i = 1; i < rest.Count; i++)
        {
            if (rest[i] != 0)
                linear.Add(i, rest[i]);
        }

        return new PatersonStockmeyerNode(products, [.. linear.Keys], [.. linear.Values], rest[0]);
    }

    private static int Collect(PatersonStockmeyerNode node, SortedSet<int> indices)
    {
        indices.UnionWith(node.LinearIndices);
        indices.UnionWith(node.Products.Select(p => p.Giant));
        return node.Products.Count + node.Products.Sum(p => Collect(p.Quotient, indices));
    }

    private static List<ChebyshevBasisStep> Complete(SortedSet<int> indices)
    {
        var steps = new List<ChebyshevBasisStep>();
        for (var index = indices.Max; index > 1; index--)
        {
            if (!indices.Contains(index))
                continue;
            var left = 1 << BitOperations.Log2((uint)(index - 1));
            var step = new ChebyshevBasisStep(index, left, index - left);
            indices.UnionWith([step.Left, step.Right, step.Difference]);
            steps.Add(step);
        }

        steps.Reverse();
        return steps;
    }
}
