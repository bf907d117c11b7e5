using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Messages of N/2 slots to bootstrap.</summary>
internal static class Messages
{
    /// <summary>Uniform in the square of parts in [-largest, largest], repeated with a period.</summary>
    public static Complex[] Uniform(int slotCount, int period, double largest, int seed)
    {
        var random = new Random(seed);
        Complex[] values = [.. Enumerable.Range(0, period).Select(_ => largest * new Complex(Part(), Part()))];
        return [.. Enumerable.Range(0, slotCount).Select(i => values[i % period])];

        double Part() => 2 * random.NextDouble() - 1;
    }

    /// <summary>All parts at the ends of the range.</summary>
    public static Complex[] Constant(int slotCount) => [.. Enumerable.Repeat(new Complex(1, -1), slotCount)];

    /// <summary>One slot that is not zero: in its coefficients every one is as large as the others.</summary>
    public static Complex[] Spike(int slotCount) => [.. Enumerable.Range(0, slotCount).Select(i => i == 77 ? Complex.One : Complex.Zero)];

    public static Complex[] Alternating(int slotCount) =>
        [.. Enumerable.Range(0, slotCount).Select(i => i % 2 == 0 ? Complex.One : -Complex.One)];

    public static double[] Parts(Complex[] message) => [.. message.Select(slot => slot.Real), .. message.Select(slot => slot.Imaginary)];

    /// <summary>Root mean square of the moduli.</summary>
    public static double Rms(Complex[] message) =>
        Math.Sqrt(message.Average(slot => slot.Real * slot.Real + slot.Imaginary * slot.Imaginary));
}
