using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Sums over a digit of the slots, repeated over it. Over the outermost digits (tokens; tokens and examples) a cyclic fold is exact and
/// repeats by itself. Over inner ones it is exact at digit 0 only: fold, mask, fold back. One level, which carries a factor as well.
/// </summary>
internal static class SlotSums
{
    /// <summary>Factor times the sum over a digit, repeated over it. One level; none if there is nothing to do.</summary>
    /// <param name="program">where to</param>
    /// <param name="name">of the values that are made</param>
    /// <param name="parts">a group; each vector is summed</param>
    /// <param name="stride">slots from one digit to the next</param>
    /// <param name="size">digits, a power of two</param>
    /// <param name="factor">public</param>
    public static Value SumOverDigit(this ProgramBuilder program, string name, Value parts, int stride, int size, double factor = 1)
    {
        using var scope = program.Scope(name);
        if (size == 1)
            return factor == 1 ? parts : program.Masked("scaled", parts.Axes, ProgramBuilder.Mask(parts, factor));
        var folded = program.Fold("folded", parts, stride, size);
        var first = program.Masked("first", parts.Axes, ProgramBuilder.Mask(folded, FirstDigit(stride, size) * factor));
        return program.Fold("repeated", first, -stride, size);
    }

    /// <summary>The sum over a digit times another vector, repeated over the digit. One level.</summary>
    /// <param name="program">where to</param>
    /// <param name="name">of the values that are made</param>
    /// <param name="parts">a group; each vector is summed</param>
    /// <param name="stride">slots from one digit to the next</param>
    /// <param name="size">digits, a power of two</param>
    /// <param name="weight">one vector, zero but at digit 0: under <see cref="FirstDigit"/></param>
    public static Value SumOverDigitTimes(this ProgramBuilder program, string name, Value parts, int stride, int size, Value weight)
    {
        using var scope = program.Scope(name);
        var folded = program.Fold("folded", parts, stride, size);
        return program.Fold("repeated", program.Multiply("first", parts.Axes, folded, weight), -stride, size);
    }

    /// <summary>1 where a digit of the slots is 0.</summary>
    public static SlotMask FirstDigit(int stride, int size) => size == 1 ? 1 : SlotMask.Where(SlotCondition.Is(stride, size, 0));
}
