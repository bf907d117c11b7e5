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

/// <summary>Public slots: one number, or a named vector's values, where all conditions hold, 0 elsewhere.</summary>
/// <param name="Factor">the number, or what the scalar and the vector are multiplied by</param>
/// <param name="Scalar">name of a number that a run is given, or null</param>
/// <param name="Conditions">none for all slots</param>
public sealed record SlotMask(double Factor, string? Scalar, ValueList<SlotCondition> Conditions)
{
    /// <summary>What the number is multiplied by in each slot, or null.</summary>
    public FrozenVector? Vector { get; init; }

    /// <summary>Whether all slots hold one number.</summary>
    public bool IsUniform => Conditions.Count == 0 && Vector is null;

    /// <summary>1 where the conditions hold.</summary>
    public static SlotMask Where(params SlotCondition[] conditions) => new(1, null, [.. conditions]);

    /// <summary>A number in every slot.</summary>
    public static implicit operator SlotMask(double factor) => new(factor, null, []);

    /// <summary>A factor times a named scalar in every slot.</summary>
    public static SlotMask Of(string scalar, double factor = 1) => new(factor, scalar, []);

    public static SlotMask operator *(SlotMask mask, double factor) => mask with { Factor = mask.Factor * factor };

    /// <summary>A named vector's values.</summary>
    public static SlotMask Of(FrozenVector vector) => new(1, null, []) { Vector = vector };

    /// <summary>The mask at a point of the loops, with the scalar's value and the vector's.</summary>
    /// <param name="point">of the loops</param>
    /// <param name="grid">the slots</param>
    /// <param name="scalars">by name</param>
    /// <param name="vectors">by name</param>
    /// <exception cref="KeyNotFoundException">the scalar or the vector is not given</exception>
    /// <exception cref="ArgumentException">the vector has more values than features</exception>
    public PublicSlots At(
        LoopPoint point, SlotGrid grid, IReadOnlyDictionary<string, double> scalars, IReadOnlyDictionary<string, float[]> vectors)
    {
        var ranges = Conditions.Select(condition =>
            new DigitRange(condition.Stride, condition.Size, condition.Start.At(point), condition.Count.At(point)));
        return new PublicSlots(Scalar is null ? Factor : Factor * scalars[Scalar], [.. ranges]) { Vector = Vector?.At(point, grid, vectors) };
    }

    public override string ToString()
    {
        var number = Scalar is null ? Factor.ToString("R", CultureInfo.InvariantCulture)
            : Factor == 1 ? Scalar
            : string.Create(CultureInfo.InvariantCulture, $"{Factor:R}*{Scalar}");
        var values = Vector is null ? number : $"{number} {Vector}";
        return Conditions.Count == 0 ? values : $"{values} where {string.Join(" and ", Conditions)}";
    }
}

/// <summary>Slots whose digit (slot / Stride) % Size is one of Count digits from Start on, cyclically.</summary>
public sealed record DigitRange(int Stride, int Size, int Start, int Count)
{
    /// <summary>Clears all other slots; runs of a digit are as long as the stride.</summary>
    public void ClearOthers(Span<double> slots)
    {
        for (var digit = 0; digit < Size; digit++)
        {
            for (var start = digit * Stride; start < slots.Length && !Holds(digit); start += Size * Stride)
                slots[start..Math.Min(start + Stride, slots.Length)].Clear();
        }
    }

    private bool Holds(int digit)
    {
        var distance = (digit - Start) % Size;
        return (distance < 0 ? distance + Size : distance) < Count;
    }
}

/// <summary>
/// A mask whose loops, scalar and vector have values: a number, or multiples of a vector's values, where all conditions hold, 0 elsewhere.
/// Equal ones are equal.
/// </summary>
public sealed record PublicSlots(double Value, ValueList<DigitRange> Conditions)
{
    /// <summary>What the number is multiplied by in each slot, or null.</summary>
    public VectorSlots? Vector { get; init; }

    /// <summary>Whether all slots hold one number.</summary>
    public bool IsUniform => Conditions.Count == 0 && Vector is null;

    /// <summary>Values for all slots.</summary>
    public double[] Slots(int slotCount)
    {
        var slots = new double[slotCount];
        if (Vector is { } vector)
        {
            for (var slot = 0; slot < slotCount; slot++)
                slots[slot] = slot < vector.Period ? Value * vector.At(slot) : slots[slot - vector.Period];
        }
        else
            Array.Fill(slots, Value);
        foreach (var condition in Conditions)
            condition.ClearOthers(slots);
        return slots;
    }
}
