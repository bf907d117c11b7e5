namespace Crammed.Approximation;

/// <summary>
/// A polynomial in one step of its evaluation: sum of Products[i].Quotient * T_{Products[i].Giant}, plus the linear combination of
/// the T_{LinearIndices[i]} with LinearCoefficients[i], plus Constant. A node has a product or a linear term.
/// </summary>
public sealed record PatersonStockmeyerNode(
    IReadOnlyList<PatersonStockmeyerProduct> Products,
    IReadOnlyList<int> LinearIndices,
    IReadOnlyList<double> LinearCoefficients,
    double Constant);
