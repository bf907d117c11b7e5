namespace Crammed.Encrypted.Backends;

/// <summary>Short forms of the backend's operations.</summary>
public static class SlotBackendExtensions
{
    /// <summary>a * b, relinearized; one level.</summary>
    public static SlotVector Multiply(this ISlotBackend backend, SlotVector a, SlotVector b) => backend.SumOfProducts([a], [b]);

    /// <summary>a * plain; one level.</summary>
    public static SlotVector MultiplyPlain(this ISlotBackend backend, SlotVector a, PlainSlots plain) =>
        backend.SumOfPlainProducts([a], [plain]);

    /// <summary>One left rotation.</summary>
    public static SlotVector Rotate(this ISlotBackend backend, SlotVector a, int steps) => backend.Rotate(a, [steps])[0];

    /// <summary>a * b after lowering the higher operand; one level.</summary>
    public static SlotVector MultiplyAligned(this ISlotBackend backend, SlotVector a, SlotVector b)
    {
        var level = Math.Min(a.Level, b.Level);
        using var left = backend.LowerTo(a, level);
        using var right = backend.LowerTo(b, level);
        return backend.Multiply(left, right);
    }
}
