using System.Numerics;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>Makes messages of each kind.</summary>
public static class BootstrapMessage
{
    /// <summary>
    /// Slots in a run of <see cref="BootstrapMessageKind.BlockConstant"/>: the positions of a sequence; half the period at most.
    /// </summary>
    private const int BlockLength = 128;

    /// <summary>N/2 slots with real and imaginary parts in [-range, range], repeated with the given period.</summary>
    /// <param name="kind">what to make</param>
    /// <param name="period">n, a power of two from 2 to <paramref name="slotCount"/></param>
    /// <param name="slotCount">N/2</param>
    /// <param name="range">bound of real and imaginary parts</param>
    /// <param name="random">draws those messages that are left to chance; no secret</param>
    public static Complex[] Create(BootstrapMessageKind kind, int period, int slotCount, double range, Random random)
    {
        var slots = Unit(kind, period, random);
        return [.. Enumerable.Range(0, slotCount).Select(i => range * slots[i % period])];
    }

    private static Complex[] Unit(BootstrapMessageKind kind, int period, Random random)
    {
        return kind switch
        {
            BootstrapMessageKind.Uniform => Slots(_ => Uniform()),
            BootstrapMessageKind.Constant => Slots(_ => new Complex(0.3, -0.7)),
            BootstrapMessageKind.SingleSpike => Slots(i => i == 1 ? 1 : 0),
            BootstrapMessageKind.RandomSigns => Slots(_ => new Complex(2 * random.Next(2) - 1, 2 * random.Next(2) - 1)),
            BootstrapMessageKind.AllMaximum => Slots(_ => new Complex(1, 1)),
            BootstrapMessageKind.Alternating => Slots(i => i % 2 == 0 ? new Complex(1, 1) : new Complex(-1, -1)),
            BootstrapMessageKind.Ramp => Slots(i => new Complex(1, -1) * (2.0 * i / (period - 1) - 1)),
            BootstrapMessageKind.BlockConstant => Blocks(),
            BootstrapMessageKind.FewValues => Slots(_ => new Complex(random.Next(-2, 3), random.Next(-2, 3)) / 2),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such kind of message"),
        };

        Complex[] Slots(Func<int, Complex> value) => [.. Enumerable.Range(0, period).Select(value)];

        Complex Uniform() => new(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);

        Complex[] Blocks()
        {
            var length = Math.Min(BlockLength, period / 2);
            Complex[] values = [.. Enumerable.Range(0, period / length).Select(_ => Uniform())];
            return Slots(i => values[i / length]);
        }
    }
}
