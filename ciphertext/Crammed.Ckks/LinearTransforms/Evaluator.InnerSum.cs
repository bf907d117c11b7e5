using System.Numerics;

namespace Crammed.Ckks;

/// <summary>Sums along slots.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// The keys that <see cref="InnerSum"/> takes: rotations by stride * 2^k modulo N/2 for 2^k below count. They are those of any
    /// smaller count too.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">count is below 1 or above N/2</exception>
    public static IReadOnlyList<int> InnerSumRotations(CkksParameters parameters, int count, int stride)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, parameters.SlotCount);
        var doublings = BitOperations.Log2((uint)count) + (BitOperations.IsPow2(count) ? 0 : 1);
        return [.. Enumerable.Range(0, doublings).Select(k => DoubledStride(parameters, stride, k)).Where(steps => steps != 0)];
    }

    /// <summary>
    /// result[i] = Σ_(j &lt; count) input[i + j stride], indices modulo N/2, for any count; same level and scale. Takes
    /// floor(log2 count) rotations and one more for each one but the lowest among count's binary digits. Keys:
    /// <see cref="InnerSumRotations"/>. Noise: <see cref="NoiseEstimator.InnerSum"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">count is below 1 or above N/2</exception>
    /// <exception cref="InvalidOperationException">the operand is not relinearized, or a rotation key is missing or serves lower levels
    /// only</exception>
    public Ciphertext InnerSum(Ciphertext ciphertext, int count, int stride)
    {
        CheckPolynomials(nameof(InnerSum), ciphertext, 2);
        foreach (var steps in InnerSumRotations(Parameters, count, stride))
            CheckRotationKey(nameof(InnerSum), ciphertext.Level, ciphertext.Scale, steps);

        // power is the sum of 2^k terms, tail that of as many terms as the k lowest binary digits of count say.
        var power = ciphertext.Clone();
        Ciphertext? tail = null;
        for (var k = 0; count >> k != 0; k++)
        {
            var steps = DoubledStride(Parameters, stride, k);
            if ((count >> k & 1) != 0)
                Replace(ref tail, tail is null ? power.Clone() : AddRotated(power, tail, steps));
            if (count >> k != 1)
                Replace(ref power!, AddRotated(power, power, steps));
        }
        power.Dispose();
        return tail!;
    }

    private static int DoubledStride(CkksParameters parameters, int stride, int k) =>
        GeneralizedDiagonals.Modulo(GeneralizedDiagonals.Modulo(stride, parameters.SlotCount) << k, parameters.SlotCount);

    private Ciphertext AddRotated(Ciphertext augend, Ciphertext rotated, int steps)
    {
        var sum = Rotate(rotated, steps);
        AddInPlace(sum, augend);
        return sum;
    }

    private static void Replace(ref Ciphertext? variable, Ciphertext value)
    {
        variable?.Dispose();
        variable = value;
    }
}
