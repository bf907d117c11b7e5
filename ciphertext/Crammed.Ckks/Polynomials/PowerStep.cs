namespace Crammed.Ckks;

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
