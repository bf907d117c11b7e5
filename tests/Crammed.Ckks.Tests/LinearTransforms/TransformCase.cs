using System.Numerics;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>A random map, a random operand and the clear result.</summary>
internal sealed class TransformCase
{
    private readonly Dictionary<int, Complex[]> _diagonals;

    private TransformCase(int period, Dictionary<int, Complex[]> diagonals, Complex[] operand)
    {
        _diagonals = diagonals;
        Diagonals = new GeneralizedDiagonals(period, diagonals);
        Operand = operand;
    }

    public GeneralizedDiagonals Diagonals { get; }

    /// <summary>All slots of the operand, with the period of the diagonals.</summary>
    public Complex[] Operand { get; }

    /// <summary>The root mean square of |slot| that operands have: uniform parts in [-1, 1].</summary>
    public double Rms => Math.Sqrt(Operand.Average(value => value.Real * value.Real + value.Imaginary * value.Imaginary));

    /// <summary>Diagonals and operand with entries uniform in [-1, 1], in both parts if complex.</summary>
    public static TransformCase Create(CkksSetup setup, int period, IEnumerable<int> indices, bool complex, int seed)
    {
        var random = new Random(seed);
        Complex Entry() => new(2 * random.NextDouble() - 1, complex ? 2 * random.NextDouble() - 1 : 0);
        Complex[] Vector() => [.. Enumerable.Range(0, period).Select(_ => Entry())];
        var diagonals = indices.ToDictionary(index => index, _ => Vector());
        var once = Vector();
        return new TransformCase(period, diagonals, [.. Enumerable.Range(0, setup.Parameters.SlotCount).Select(i => once[i % period])]);
    }

    /// <summary>Different random indices in [0, period).</summary>
    public static int[] RandomIndices(int period, int count, int seed)
    {
        int[] indices = [.. Enumerable.Range(0, period)];
        new Random(seed).Shuffle(indices);
        return indices[..count];
    }

    /// <summary>By the definition: Σ_k d_k[i] x[(i + k) mod n].</summary>
    public Complex Expected(int slot)
    {
        var period = Diagonals.Period;
        Complex sum = 0;
        foreach ((var index, var values) in _diagonals)
            sum += values[slot % period] * Operand[((slot + index) % period + period) % period];
        return sum;
    }

    /// <summary>The predicted error of the transform of a fresh encryption.</summary>
    public double Noise(CkksSetup setup, LinearTransform transform, Ciphertext operand) =>
        setup.Noise.LinearTransform(transform, operand.Scale, Rms, Fresh(setup, operand.Scale));

    public static double Fresh(CkksSetup setup, double scale) =>
        SlotAssert.Together(setup.Noise.FreshSymmetric(scale), setup.Noise.EncodeRounding(scale));
}
