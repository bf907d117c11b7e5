using System.Numerics;

namespace Crammed.Ckks;

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
