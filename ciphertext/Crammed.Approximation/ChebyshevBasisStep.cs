namespace Crammed.Approximation;

/// <summary>
/// T_Index = 2 T_Left T_Right - T_{Left - Right}, with Index = Left + Right, Left a power of two, Right at most Left, T_0 = 1.
/// T_Index comes out at depth ceil(log2(Index)).
/// </summary>
public readonly record struct ChebyshevBasisStep(int Index, int Left, int Right)
{
    public int Difference => Left - Right;
}
