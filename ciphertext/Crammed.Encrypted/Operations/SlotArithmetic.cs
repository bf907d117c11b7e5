using Crammed.Approximation;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Operations;

/// <summary>Slot vectors as the numbers that polynomials are evaluated on.</summary>
internal sealed class SlotArithmetic(ISlotBackend backend) : IPolynomialArithmetic<SlotVector>
{
    public int LevelOf(SlotVector value) => value.Level;

    public SlotVector Add(SlotVector left, SlotVector right) => backend.Add(left, right);

    public SlotVector Subtract(SlotVector left, SlotVector right) => backend.Subtract(left, right);

    public SlotVector AddConstant(SlotVector value, double constant) => backend.AddConstant(value, constant);

    public SlotVector Multiply(SlotVector left, SlotVector right) => backend.MultiplyAligned(left, right);

    public SlotVector MultiplyScalar(SlotVector value, double scalar) => backend.MultiplyScalar(value, scalar);

    public SlotVector LinearCombination(IReadOnlyList<SlotVector> values, IReadOnlyList<double> coefficients, double constant)
    {
        var lowered = LowerAll(values, values.Min(value => value.Level));
        var weights = new double[1, coefficients.Count];
        for (int i = 0; i < coefficients.Count; i++)
            weights[0, i] = coefficients[i];
        var result = backend.LinearCombinations(lowered, weights, [constant])[0];
        ReleaseAll(lowered);
        return result;
    }

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> left, IReadOnlyList<SlotVector> right)
    {
        int level = Math.Min(left.Min(value => value.Level), right.Min(value => value.Level));
        var a = LowerAll(left, level);
        var b = LowerAll(right, level);
        var result = backend.SumOfProducts(a, b);
        ReleaseAll(a);
        ReleaseAll(b);
        return result;
    }

    public void Release(SlotVector value) => value.Dispose();

    private SlotVector[] LowerAll(IReadOnlyList<SlotVector> values, int level) => [.. values.Select(value => backend.LowerTo(value, level))];

    private static void ReleaseAll(SlotVector[] values)
    {
        foreach (var value in values)
            value.Dispose();
    }
}
