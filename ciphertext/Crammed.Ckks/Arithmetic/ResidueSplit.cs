namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// How residues are cut for a matrix product in plain doubles: x = x_0 + x_1 2^s + x_2 2^(2s) with balanced parts so small that sums of
/// products of a part and an integer weight over one panel of inputs stay below 2^53, hence exact without any
/// reduction: two or three instructions a term. The sums of part j are then multiplied by factor * 2^(js) modulo p and added up.
/// </summary>
internal readonly struct ResidueSplit
{
    public const int MaxParts = 3;

    /// <summary>With weights up to this size two parts of 40 bits, or three of 50, allow the sums over one panel of inputs.</summary>
    public const int LargestWeight = 1 << 27;

    /// <param name="modulus">the modulus of the residues</param>
    /// <param name="weightBound">the largest size of a weight, at most <see cref="LargestWeight"/></param>
    /// <param name="factor">what every weight is multiplied by in the end, canonical</param>
    public ResidueSplit(Modulus modulus, double weightBound, ulong factor)
    {
        var largest = WideAccumulation.OperandBound * modulus.P;
        for (Parts = 2; ; Parts++)
        {
            // The top part is rounded, the others are balanced: all about the same size.
            Shift = (int)Math.Ceiling((Math.Log2(largest) + 1) / Parts);
            var top = Math.ScaleB(largest, -Shift * (Parts - 1)) + 1;
            var part = Math.Max(Math.ScaleB(1, Shift - 1), top);
            Terms = (int)Math.Min(int.MaxValue, Math.ScaleB(1, 53) / (Math.Max(1, weightBound) * part));
            if (Terms >= PackedMatrix.PanelInputs || Parts == MaxParts)
                break;
        }
        var unit = modulus.Power(2, (ulong)Shift);
        Factor0 = modulus.Centre(factor);
        Factor1 = modulus.Centre(modulus.Multiply(factor, unit));
        Factor2 = modulus.Centre(modulus.Multiply(factor, modulus.Multiply(unit, unit)));
    }

    /// <summary>2 or 3.</summary>
    public int Parts { get; }

    /// <summary>s: bits per part.</summary>
    public int Shift { get; }

    /// <summary>How many products may be summed; at least <see cref="PackedMatrix.PanelInputs"/>.</summary>
    public int Terms { get; }

    public double Factor0 { get; }

    public double Factor1 { get; }

    public double Factor2 { get; }
}
