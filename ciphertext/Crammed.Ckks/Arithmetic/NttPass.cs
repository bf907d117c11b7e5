namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// One radix-4 pass of the transform: <see cref="Groups"/> groups of 4 * <see cref="Quarter"/> coefficients each.
/// </summary>
/// <param name="Groups">groups in the pass, a power of two</param>
/// <param name="Quarter">distance between the four operands of a butterfly</param>
/// <param name="Twiddles">index in the table of the pass's three runs of one factor per group: w^2, w and w^3</param>
/// <param name="ReducesForward">whether the forward pass must reduce its first operand to stay below 2^53</param>
/// <param name="ReducesInverse">whether the inverse pass must reduce its first result</param>
internal readonly record struct NttPass(int Groups, int Quarter, int Twiddles, bool ReducesForward, bool ReducesInverse);
