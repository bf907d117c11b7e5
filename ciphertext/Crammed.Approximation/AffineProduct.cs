namespace Crammed.Approximation;

/// <summary>
/// Products of affine factors in the least depth. A factor of slope 1 or -1 costs no level, another costs one; then the two highest
/// values are multiplied until one is left, which minimises the depth as Huffman's tree does.
/// </summary>
internal static class AffineProduct
{
    public static int Depth(IEnumerable<AffineFactor> factors)
    {
        var depths = new PriorityQueue<int, int>(factors.Select(f => f.Slope is 1 or -1 ? (0, 0) : (1, 1)));
        while (depths.Count > 1)
        {
            var depth = Math.Max(depths.Dequeue(), depths.Dequeue()) + 1;
            depths.Enqueue(depth, depth);
        }

        return depths.Dequeue();
    }

    public static T Evaluate<T>(IEnumerable<AffineFactor> factors, T y, IPolynomialArithmetic<T> arithmetic)
    {
        var values = new PriorityQueue<T, int>();
        foreach (var factor in factors)
            Enqueue(values, Factor(factor, y, arithmetic), arithmetic);
        while (values.Count > 1)
        {
            var (left, right) = (values.Dequeue(), values.Dequeue());
            Enqueue(values, arithmetic.Multiply(left, right), arithmetic);
            arithmetic.Release(left);
            arithmetic.Release(right);
        }

        return values.Dequeue();
    }

    private static void Enqueue<T>(PriorityQueue<T, int> values, T value, IPolynomialArithmetic<T> arithmetic) =>
        values.Enqueue(value, -arithmetic.LevelOf(value));

    private static T Factor<T>(AffineFactor factor, T y, IPolynomialArithmetic<T> arithmetic)
    {
        switch (factor.Slope)
        {
            case 1:
                return arithmetic.AddConstant(y, factor.Constant);
            case -1:
                // c - y = (y + c) - 2y: additions only.
                var shifted = arithmetic.AddConstant(y, factor.Constant);
                var doubled = arithmetic.Add(y, y);
                var negated = arithmetic.Subtract(shifted, doubled);
                arithmetic.Release(shifted);
                arithmetic.Release(doubled);
                return negated;
            default:
                return arithmetic.LinearCombination([y], [factor.Slope], factor.Constant);
        }
    }
}
