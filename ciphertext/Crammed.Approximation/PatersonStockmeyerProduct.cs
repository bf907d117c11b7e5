namespace Crammed.Approximation;

/// <summary>A product of a quotient with T_Giant, Giant a power of two larger than the quotient's degree.</summary>
public sealed record PatersonStockmeyerProduct(PatersonStockmeyerNode Quotient, int Giant);
