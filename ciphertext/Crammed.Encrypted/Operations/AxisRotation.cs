using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Operations;

/// <summary>
/// Cyclic rotations along one axis inside the slots. Along the outermost axis such a rotation is one rotation of the slots;
/// along an inner axis it is two, joined by masks, and costs a level.
/// </summary>
internal sealed class AxisRotation(EncryptedContext context, SlotLayout layout, string axisName)
{
    private readonly SlotAxis _axis = layout.SlotAxis(axisName);

    public int Size => _axis.Size;

    /// <summary>Levels that a rotation costs.</summary>
    public int Depth => IsOutermost ? 0 : 1;

    private bool IsOutermost => _axis.Stride * _axis.Size == layout.SlotCount;

    /// <summary>out[k] at coordinate c = vector at coordinate (c + steps[k]) mod size; all at the vector's level less <see cref="Depth"/>.</summary>
    public SlotVector[] Rotate(SlotVector vector, IReadOnlyList<int> steps)
    {
        if (IsOutermost)
            return context.Backend.Rotate(vector, [.. steps.Select(step => Wrap(step) * _axis.Stride)]);
        return [.. steps.Select(step => RotateMasked(vector, Wrap(step)))];
    }

    /// <summary>Sum over k of vectors[k] rotated by k * step.</summary>
    public SlotVector SumRotated(IReadOnlyList<SlotVector> vectors, int step)
    {
        if (!IsOutermost)
            return SumRotatedMasked(vectors, step);
        // Horner's scheme: as many rotations, one rotation key.
        var sum = vectors[^1].Share();
        for (int k = vectors.Count - 2; k >= 0; k--)
        {
            using var previous = sum;
            using var rotated = Rotate(previous, [step])[0];
            sum = context.Backend.Add(rotated, vectors[k]);
        }
        return sum;
    }

    private SlotVector SumRotatedMasked(IReadOnlyList<SlotVector> vectors, int step)
    {
        var sum = RotateMasked(vectors[0], 0);
        for (int k = 1; k < vectors.Count; k++)
        {
            using var previous = sum;
            using var rotated = RotateMasked(vectors[k], Wrap(k * step));
            sum = context.Backend.Add(previous, rotated);
        }
        return sum;
    }

    private SlotVector RotateMasked(SlotVector vector, int step)
    {
        if (step == 0)
            return context.Backend.LowerTo(vector, vector.Level - 1);
        var masks = context.Masks.GetOrAdd(($"{axisName} of {layout}", step), _ => Masks(step));
        var rotated = context.Backend.Rotate(vector, [step * _axis.Stride, (step - _axis.Size) * _axis.Stride]);
        using var ahead = rotated[0];
        using var behind = rotated[1];
        return context.Backend.SumOfPlainProducts([ahead, behind], masks);
    }

    /// <summary>1 where the rotated coordinate stays inside the axis, and 1 where it wraps around.</summary>
    private PlainSlots[] Masks(int step)
    {
        var kept = new double[layout.SlotCount];
        var wrapped = new double[layout.SlotCount];
        for (int slot = 0; slot < layout.SlotCount; slot++)
        {
            bool stays = layout.Coordinate(slot, axisName) + step < _axis.Size;
            (stays ? kept : wrapped)[slot] = 1;
        }
        return [new PlainSlots(kept), new PlainSlots(wrapped)];
    }

    private int Wrap(int step) => (step % _axis.Size + _axis.Size) % _axis.Size;
}
