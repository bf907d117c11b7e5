using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Sums over digits of the slots, repeated over them. Over outermost digits (tokens; tokens and examples) a cyclic fold is exact and
/// repeats by itself. Over inner ones it is exact at digit 0 only: fold, mask, fold back. One level, which carries a factor as well.
/// </summary>
internal static class SlotSums
{
    /// <summary>Factor times the sum over a digit, repeated over it. One level; none if there is nothing to mask.</summary>
    /// <param name="program">where to</param>
    /// <param name="name">of the values that are made</param>
    /// <param name="parts">a group; each vector is summed</param>
    /// <param name="stride">slots from one digit to the next</param>
    /// <param name="size">digits, a power of two</param>
    /// <param name="factor">public</param>
    public static Value SumOverDigit(this ProgramBuilder program, string name, Value parts, int stride, int size, double factor = 1) =>
        program.SumOverDigits(name, parts, [new LayoutRepetition(stride, size)], factor);

    /// <summary>Factor times the sum over some digits, repeated over them. One level; none if there is nothing to mask.</summary>
    /// <param name="program">where to</param>
    /// <param name="name">of the values that are made</param>
    /// <param name="parts">a group; each vector is summed</param>
    /// <param name="digits">their strides and sizes, powers of two</param>
    /// <param name="factor">public</param>
    public static Value SumOverDigits(
        this ProgramBuilder program, string name, Value parts, IReadOnlyList<LayoutRepetition> digits, double factor = 1)
    {
        using var scope = program.Scope(name);
        var slots = program.Grid.SlotCount;
        var sum = digits.Where(digit => digit.Stride * digit.Size == slots)
            .Aggregate(parts, (value, digit) => program.Fold("over_outer", value, digit.Stride, digit.Size));
        var inner = digits.Where(digit => digit.Size > 1 && digit.Stride * digit.Size < slots).ToArray();
        if (inner.Length == 0 && factor == 1)
            return sum;
        sum = inner.Aggregate(sum, (value, digit) => program.Fold("folded", value, digit.Stride, digit.Size));
        var first = SlotMask.Where([.. inner.Select(digit => SlotCondition.Is(digit.Stride, digit.Size, 0))]);
        sum = program.Masked("masked", sum.Axes, ProgramBuilder.Mask(sum, first * factor));
        return inner.Aggregate(sum, (value, digit) => program.Fold("repeated", value, -digit.Stride, digit.Size));
    }

    /// <summary>The sum over an inner digit times another vector, repeated over the digit. One level.</summary>
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
        return program.Fold("repeated", program.Multiply("weighted", parts.Axes, folded, weight), -stride, size);
    }

    /// <summary>1 where a digit of the slots is 0.</summary>
    public static SlotMask FirstDigit(int stride, int size) => size == 1 ? 1 : SlotMask.Where(SlotCondition.Is(stride, size, 0));
}
