using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

/// <summary>Cyclic rotations along the outermost axis inside the slots: each is one rotation of the slots, and costs no level.</summary>
internal sealed class AxisRotation
{
    private readonly ISlotBackend _backend;
    private readonly SlotAxis _axis;

    /// <exception cref="ArgumentException">The axis is not the outermost one.</exception>
    public AxisRotation(EncryptedContext context, SlotLayout layout, string axisName)
    {
        (_backend, _axis) = (context.Backend, layout.SlotAxis(axisName));
        if (_axis.Stride * _axis.Size != layout.SlotCount)
            throw new ArgumentException($"Axis {axisName} is not the outermost one in the slots of {layout}.");
    }

    public int Size => _axis.Size;

    /// <summary>out[k] at coordinate c = vector at coordinate (c + steps[k]) mod size.</summary>
    public SlotVector[] Rotate(SlotVector vector, IReadOnlyList<int> steps) =>
        _backend.Rotate(vector, [.. steps.Select(step => (step % Size + Size) % Size * _axis.Stride)]);

    /// <summary>Sum over k of vectors[k] rotated by k * step: by Horner's scheme, which takes one rotation key.</summary>
    public SlotVector SumRotated(IReadOnlyList<SlotVector> vectors, int step)
    {
        var sum = vectors[^1].Share();
        for (var k = vectors.Count - 2; k >= 0; k--)
        {
            using var previous = sum;
            using var rotated = Rotate(previous, [step])[0];
            sum = _backend.Add(rotated, vectors[k]);
        }
        return sum;
    }
}
