using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Operations;

/// <summary>Vectors by rotation (rows) and feature (columns).</summary>
internal sealed class RotatedVectors(SlotVector[][] rows) : IDisposable
{
    /// <summary>All features at one rotation.</summary>
    public IReadOnlyList<SlotVector> Row(int step) => rows[step];

    /// <summary>One feature at all rotations.</summary>
    public SlotVector[] Column(int feature) => [.. rows.Select(row => row[feature])];

    public SlotVector this[int step, int feature] => rows[step][feature];

    public void Dispose()
    {
        foreach (var vector in rows.SelectMany(row => row))
            vector.Dispose();
    }
}
