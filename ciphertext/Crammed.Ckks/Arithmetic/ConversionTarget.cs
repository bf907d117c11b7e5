namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// One modulus that mixed-radix digits y_0, y_1, ... are evaluated modulo: y_0 + Σ_{k &gt; 0} y_k w_k with the weights
/// w_k = m_0 ... m_(k-1) mod p, centred, summed as <see cref="WideAccumulation"/> describes.
/// </summary>
/// <param name="P">the prime p as a double</param>
/// <param name="Inverse">1/p</param>
/// <param name="Start">where the upper accumulator starts</param>
/// <param name="Terms">products that may be summed before the sum is reduced</param>
/// <param name="Weights">address of w_0 = 1, w_1, ..., in memory that does not move</param>
internal readonly record struct ConversionTarget(double P, double Inverse, double Start, int Terms, nint Weights);
