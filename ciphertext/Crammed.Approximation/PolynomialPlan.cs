using System.Globalization;
using System.Numerics;
using System.Text;

namespace Crammed.Approximation;

/// <summary>
/// A part of a polynomial that comes out at one level and scale: Σ Products[j].Quotient * b_(Products[j].Giant) +
/// Σ Terms[j].Coefficient * b_(Terms[j].Index) + Constant, b the basis. All products are summed before one relinearization, all
/// of it before one rescale.
/// </summary>
/// <param name="Products">products with a giant power; none if the node is a linear combination</param>
/// <param name="Terms">nonzero coefficients of basis polynomials, by ascending index of at least 1</param>
/// <param name="Constant">the coefficient of 1</param>
public sealed record PolynomialNode(
    IReadOnlyList<PolynomialProduct> Products, IReadOnlyList<(int Index, Complex Coefficient)> Terms, Complex Constant)
{
    /// <summary>This node and all below it.</summary>
    internal IEnumerable<PolynomialNode> Descendants() => Products.SelectMany(product => product.Quotient.Descendants()).Prepend(this);
}

/// <summary>A product of a quotient and a basis polynomial.</summary>
/// <param name="Quotient">comes out one level above the product</param>
/// <param name="Giant">a power of two above the quotient's degree</param>
public sealed record PolynomialProduct(PolynomialNode Quotient, int Giant);

/// <summary>What the coefficients of a polynomial belong to.</summary>
public enum PolynomialBasis
{
    /// <summary>Chebyshev polynomials of the first kind, T_i(cos θ) = cos iθ: bounded by 1 on [-1, 1], so stable there.</summary>
    Chebyshev,

    /// <summary>Powers of the argument.</summary>
    Monomial,
}

/// <summary>
/// One product among the basis polynomials: T_Index = 2 T_Left T_Right - T_(Left - Right), or x^Index = x^Left x^Right, with Index =
/// Left + Right and Left the largest power of two below Index. Comes out ceil(log2 Index) levels below the argument.
/// </summary>
/// <param name="Index">degree of the basis polynomial, at least 2</param>
/// <param name="Left">a power of two</param>
/// <param name="Right">at least 1, at most Left</param>
public readonly record struct PowerStep(int Index, int Left, int Right)
{
    /// <summary>Index of the subtrahend in the Chebyshev basis; zero stands for the constant 1.</summary>
    public int Difference => Left - Right;
}

/// <summary>
/// How a polynomial is evaluated in depth ceil(log2(degree + 1)), products with coefficients included, by baby steps and giant steps
/// (Paterson, Stockmeyer 1973; in the Chebyshev basis Chen, Chillotti, Song 2019; in least depth Bossuat, Mouchet,
/// Troncoso-Pastoriza, Hubaux 2021, section 4). Independent of parameters and keys, immutable; the engine evaluates it on any
/// number of ciphertexts, <see cref="PolynomialEvaluator"/> over any arithmetic.
/// </summary>
/// <remarks>
/// A part of degree d is divided by the giant power b_g, g the largest power of two within d: p = q b_g + r, and r again, until what is
/// left has at most <see cref="BabyDegree"/>, and is a linear combination of basis polynomials. Unlike in the paper the remainders stay in
/// one node, so that the products of a node share one relinearization. A quotient comes out one level above its product, which a
/// linear combination of degree at most 2^(depth - 1) does; on the critical path quotients are divided further than the baby degree.
/// Coefficients that are exactly zero cost nothing: even and odd polynomials keep their parity in all parts, and take basis
/// polynomials of that parity and powers of two only.
/// </remarks>
public sealed class PolynomialPlan
{
    private PolynomialPlan(PolynomialBasis basis, int degree, int babyDegree, PolynomialNode root)
    {
        Basis = basis;
        Degree = degree;
        BabyDegree = babyDegree;
        Root = root;
        Powers = ListPowers(root);
        ProductCount = Powers.Count + root.Descendants().Sum(node => node.Products.Count);
        RelinearizationCount = Powers.Count + root.Descendants().Count(node => node.Products.Count > 0);
    }

    public PolynomialBasis Basis { get; }

    /// <summary>Degree of the polynomial, at least 1.</summary>
    public int Degree { get; }

    /// <summary>Levels from the argument to the value: ceil(log2(degree + 1)).</summary>
    public int Depth => ChebyshevPolynomial.DepthOfDegree(Degree);

    /// <summary>The largest degree of a linear combination, a power of two.</summary>
    public int BabyDegree { get; }

    /// <summary>The basis polynomials to compute from the argument, in an order in which each has what it needs.</summary>
    public IReadOnlyList<PowerStep> Powers { get; }

    /// <summary>The polynomial; its value comes out <see cref="Depth"/> levels below the argument.</summary>
    public PolynomialNode Root { get; }

    /// <summary>Products of two ciphertexts.</summary>
    public int ProductCount { get; }

    /// <summary>Relinearizations, each with a rescale: one for each basis polynomial and each node with products.</summary>
    public int RelinearizationCount { get; }

    /// <summary>The plan with the fewest relinearizations, then the fewest products, among all baby degrees.</summary>
    /// <param name="coefficients">of the basis polynomials of degree 0, 1, ...; zeros at the end do not count</param>
    /// <param name="basis">what the coefficients belong to</param>
    /// <exception cref="ArgumentException">the polynomial is constant, or a coefficient is not finite</exception>
    public static PolynomialPlan Create(IReadOnlyList<Complex> coefficients, PolynomialBasis basis = PolynomialBasis.Chebyshev)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        var trimmed = Trim([.. coefficients]);
        if (trimmed.Length < 2)
            throw new ArgumentException("a plan needs a polynomial of degree 1 at least, this one is constant", nameof(coefficients));
        var invalid = Array.FindIndex(trimmed, coefficient => !Complex.IsFinite(coefficient));
        if (invalid >= 0)
            throw new ArgumentException($"coefficient {invalid} is {trimmed[invalid]}", nameof(coefficients));
        return Candidates(trimmed, basis).MinBy(plan => (plan.RelinearizationCount, plan.ProductCount))!;
    }

    /// <summary>A plan for real coefficients, as above.</summary>
    /// <exception cref="ArgumentException">the polynomial is constant, or a coefficient is not finite</exception>
    public static PolynomialPlan Create(IReadOnlyList<double> coefficients, PolynomialBasis basis = PolynomialBasis.Chebyshev)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        return Create([.. coefficients.Select(coefficient => new Complex(coefficient, 0))], basis);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"polynomial of degree {Degree} in the {Basis} basis: depth {Depth}, {ProductCount} products, ");
        text.AppendLine(CultureInfo.InvariantCulture, $"{RelinearizationCount} relinearizations, baby degree {BabyDegree}");
        text.AppendLine(CultureInfo.InvariantCulture, $"basis: 1 {string.Join(' ', Powers.Select(step => step.Index))}");
        Print(Root, 0, text);
        return text.ToString();
    }

    /// <summary>The plans for each baby degree: 1, 2, 4, ... up to the largest that the depth allows.</summary>
    internal static IEnumerable<PolynomialPlan> Candidates(Complex[] coefficients, PolynomialBasis basis)
    {
        var depth = ChebyshevPolynomial.DepthOfDegree(coefficients.Length - 1);
        for (var babyDegree = 1; babyDegree <= 1 << depth - 1; babyDegree *= 2)
            yield return new PolynomialPlan(basis, coefficients.Length - 1, babyDegree, Build(coefficients, depth, babyDegree, basis));
    }

    /// <summary>
    /// p = q b_g + r for deg p &lt; 2 g, both without zeros at the end; in the Chebyshev basis from 2 T_g T_i = T_(g+i) + T_(g-i).
    /// </summary>
    internal static (Complex[] Quotient, Complex[] Remainder) Divide(Complex[] coefficients, int giant, PolynomialBasis basis)
    {
        var (quotient, remainder) = (coefficients[giant..], coefficients[..giant]);
        if (basis == PolynomialBasis.Chebyshev)
        {
            for (var i = 1; i < quotient.Length; i++)
            {
                remainder[giant - i] -= quotient[i];
                quotient[i] *= 2;
            }
        }
        return (quotient, Trim(remainder));
    }

    /// <summary>Without zeros at the end; of zeros alone one is left.</summary>
    private static Complex[] Trim(Complex[] coefficients)
    {
        var last = Array.FindLastIndex(coefficients, coefficient => coefficient != Complex.Zero);
        return [.. coefficients.Take(Math.Max(0, last) + 1)];
    }

    private static PolynomialNode Build(Complex[] coefficients, int depth, int babyDegree, PolynomialBasis basis)
    {
        var products = new List<PolynomialProduct>();
        var terms = new SortedList<int, Complex>();
        var rest = coefficients;
        while (rest.Length - 1 > Math.Min(babyDegree, 1 << depth - 1))
        {
            var giant = 1 << BitOperations.Log2((uint)rest.Length - 1);
            (var quotient, rest) = Divide(rest, giant, basis);
            if (quotient.Length == 1)
                terms.Add(giant, quotient[0]);
            else
                products.Add(new PolynomialProduct(Build(quotient, depth - 1, babyDegree, basis), giant));
        }
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] != Complex.Zero)
                terms.Add(i, rest[i]);
        }
        return new PolynomialNode(products, [.. terms.Select(term => (term.Key, term.Value))], rest[0]);
    }

    /// <summary>The steps to every basis polynomial in the tree, and to those that these steps need.</summary>
    private List<PowerStep> ListPowers(PolynomialNode root)
    {
        var needed = new SortedSet<int>();
        foreach (var node in root.Descendants())
        {
            needed.UnionWith(node.Products.Select(product => product.Giant));
            needed.UnionWith(node.Terms.Select(term => term.Index));
        }
        var steps = new List<PowerStep>();
        for (var index = needed.Max; index > 1; index--)
        {
            if (!needed.Contains(index))
                continue;
            var left = 1 << BitOperations.Log2((uint)index - 1);
            var step = new PowerStep(index, left, index - left);
            needed.UnionWith([step.Left, step.Right]);
            if (Basis == PolynomialBasis.Chebyshev)
                needed.Add(step.Difference);
            steps.Add(step);
        }
        steps.Reverse();
        return steps;
    }

    private static void Print(PolynomialNode node, int indentation, StringBuilder text)
    {
        var indices = string.Concat(node.Terms.Select(term => $" {term.Index}"));
        text.Append(' ', 2 * indentation).Append("linear combination of 1").AppendLine(indices);
        foreach (var product in node.Products)
        {
            text.Append(' ', 2 * indentation).AppendLine(CultureInfo.InvariantCulture, $"+ {product.Giant} times");
            Print(product.Quotient, indentation + 1, text);
        }
    }
}
