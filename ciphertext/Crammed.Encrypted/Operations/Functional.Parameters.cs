using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    /// <summary>
    /// Takes packed parameters apart: slot p of the packed vector (modulo <see cref="PackedLayout.Period"/>) becomes a vector that
    /// repeats it in every slot. Backward: sums over the slots and packs again.
    /// </summary>
    /// <param name="packed">One vector, periodic in the slots with the layout's period.</param>
    /// <param name="parameters">Where each parameter tensor lies in it.</param>
    /// <param name="finalLevel">Level that the repeated values should have at least.</param>
    /// <remarks>A tree of masks and rotations by powers of two, and its mirror: about two rotations a parameter, not log(slots).</remarks>
    /// <returns>A tensor a parameter, values repeated over the slots, rows x columns across vectors.</returns>
    public static EncryptedTensor[] Unpack(EncryptedTensor packed, PackedLayout parameters, int finalLevel)
    {
        var context = packed.Context;
        var tree = new ParameterTree(context, parameters);
        using var repeated = new VectorSet(tree.Repeat(packed[0], finalLevel));
        var requiresGradient = context.Tape.Enabled && packed.RequiresGradient;
        var outputs = parameters.Entries.Select(entry => context.Tensor(
            entry.Name,
            SlotLayout.Repeated(context.Backend.SlotCount, new Axis("row", entry.Rows), new Axis("column", entry.Columns)),
            [.. repeated.Segment(entry.Offset, entry.Size).Select(vector => vector.Share())],
            requiresGradient)).ToArray();
        if (requiresGradient)
        {
            context.Tape.Push(outputs, context.Recorder.Layer, () =>
            {
                var gradients = new SlotVector?[parameters.Count];
                for (var i = 0; i < outputs.Length; i++)
                    outputs[i].Gradient?.Vectors.ToArray().CopyTo(gradients, parameters.Entries[i].Offset);
                packed.AccumulateGradient([tree.Sum(gradients)]);
            }, []);
        }
        return outputs;
    }
}
