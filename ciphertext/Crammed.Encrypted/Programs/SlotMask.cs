using System.Globalization;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// A condition on slots: the digit (slot / Stride) % Size is one of Count digits from Start on, cyclically.
/// </summary>
public sealed record SlotCondition(int Stride, int Size, AxisIndex Start, AxisIndex Count)
{
    /// <summary>The digit is this one.</summary>
    public static SlotCondition Is(int stride, int size, AxisIndex digit) => new(stride, size, digit, 1);

    /// <summary>The digit is less than this.</summary>
    public static SlotCondition Below(int stride, int size, AxisIndex bound) => new(stride, size, 0, bound);

    public override string ToString() => $"{Stride}/{Size} from {Start} count {Count}";
}

/// <summary>Public slots: one number where all conditions hold, 0 elsewhere.</summary>
/// <param name="Factor">the number, or what the scalar is multiplied by</param>
/// <param name="Scalar">name of a number that a run is given, or null</param>
/// <param name="Conditions">none for all slots</param>
public sealed record SlotMask(double Factor, string? Scalar, ValueList<SlotCondition> Conditions)
{
    /// <summary>1 where the conditions hold.</summary>
    public static SlotMask Where(params SlotCondition[] conditions) => new(1, null, [.. conditions]);

    /// <summary>A number in every slot.</summary>
    public static implicit operator SlotMask(double factor) => new(factor, null, []);

    /// <summary>A factor times a named scalar in every slot.</summary>
    public static SlotMask Of(string scalar, double factor = 1) => new(factor, scalar, []);

    public static SlotMask operator *(SlotMask mask, double factor) => mask with { Factor = mask.Factor * factor };

    /// <summary>The mask at a point of the loops, with the scalar's value.</summary>
    /// <exception cref="KeyNotFoundException">the scalar is not given</exception>
    public PublicSlots At(LoopPoint point, IReadOnlyDictionary<string, double> scalars) => new(
        Scalar is null ? Factor : Factor * scalars[Scalar],
        [.. Conditions.Select(condition => new DigitRange(condition.Stride, condition.Size, condition.Start.At(point), condition.Count.At(point)))]);

    public override string ToString()
    {
        var number = Scalar is null ? Factor.ToString("R", CultureInfo.InvariantCulture)
            : Factor == 1 ? Scalar
            : string.Create(CultureInfo.InvariantCulture, $"{Factor:R}*{Scalar}");
        return Conditions.Count == 0 ? number : $"{number} where {string.Join(" and ", Conditions)}";
    }
}

/// <summary>Slots whose digit (slot / Stride) % Size is one of Count digits from Start on, cyclically.</summary>
public sealed record DigitRange(int Stride, int Size, int Start, int Count)
{
    public bool Holds(int slot)
    {
        var distance = (slot / Stride % Size - Start) % Size;
        return (distance < 0 ? distance + Size : distance) < Count;
    }
}

/// <summary>A mask whose loops and scalar have values: a number where all conditions hold, 0 elsewhere. Equal ones are equal.</summary>
public sealed record PublicSlots(double Value, ValueList<DigitRange> Conditions)
{
    /// <summary>Values for all slots.</summary>
    public double[] Slots(int slotCount)
    {
        var slots = new double[slotCount];
        for (var slot = 0; slot < slotCount; slot++)
        {
            if (Conditions.All(condition => condition.Holds(slot)))
                slots[slot] = Value;
        }
        return slots;
    }
}
