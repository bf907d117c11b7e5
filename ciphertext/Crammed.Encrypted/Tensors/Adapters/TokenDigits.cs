using System.Numerics;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tensors;

/// <summary>The token axis as two digits of about the same size: token = upper * Lower + lower.</summary>
internal sealed record TokenDigits(int Upper, int Lower)
{
    public static TokenDigits Of(SlotGrid grid)
    {
        var lower = 1 << BitOperations.Log2((uint)grid.Tokens) / 2;
        return new TokenDigits(grid.Tokens / lower, lower);
    }
}

/// <summary>Tokens that a factor's packed rows lie at, counted over all packed vectors.</summary>
/// <param name="First">the first</param>
/// <param name="End">the one after the last</param>
internal sealed record TokenRange(int First, int End)
{
    public static TokenRange Of(SlotGrid grid, PackedFactor factor) =>
        new(factor.FirstRow / grid.Examples, (factor.FirstRow + factor.Rows + grid.Examples - 1) / grid.Examples);

    /// <summary>Upper digits of the tokens, counted over all packed vectors.</summary>
    public IEnumerable<int> UpperDigits(TokenDigits digits) =>
        Enumerable.Range(First / digits.Lower, (End - 1) / digits.Lower - First / digits.Lower + 1);
}
