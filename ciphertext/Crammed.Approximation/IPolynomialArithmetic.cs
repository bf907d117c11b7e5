namespace Crammed.Approximation;

/// <summary>
/// What evaluating a polynomial asks of a number type with levels (a ciphertext, a tensor of ciphertexts, a double that counts).
/// A level is one rescaling left; a product of two values and a scaling by a constant consume one, additions consume none.
/// Operands may be at different levels: the arithmetic lowers the higher one. Every operation returns a new value and leaves its
/// operands as they were.
/// </summary>
public interface IPolynomialArithmetic<T>
{
    /// <summary>Levels left on a value, at least 0.</summary>
    int LevelOf(T value);

    /// <summary>Out: the lower level of the two. Both operands may be the same value.</summary>
    T Add(T left, T right);

    /// <summary>Out: the lower level of the two.</summary>
    T Subtract(T left, T right);

    /// <summary>Out: the level of the operand.</summary>
    T AddConstant(T value, double constant);

    /// <summary>Out: the lower level of the two, minus one. Both operands may be the same value (a square).</summary>
    T Multiply(T left, T right);

    /// <summary>Out: the level of the operand, minus one.</summary>
    T MultiplyScalar(T value, double scalar);

    /// <summary>
    /// constant + sum of coefficients[i] * values[i]. Out: the lowest level of the values, minus one. At least one value.
    /// </summary>
    T LinearCombination(IReadOnlyList<T> values, IReadOnlyList<double> coefficients, double constant);

    /// <summary>
    /// Sum of left[i] * right[i]. Out: the lowest level of all operands, minus one. At least one product. An arithmetic that can
    /// relinearize and rescale once for the whole sum overrides this.
    /// </summary>
    T SumOfProducts(IReadOnlyList<T> left, IReadOnlyList<T> right)
    {
        var sum = Multiply(left[0], right[0]);
        for (var i = 1; i < left.Count; i++)
        {
            var product = Multiply(left[i], right[i]);
            var next = Add(sum, product);
            Release(sum);
            Release(product);
            sum = next;
        }

        return sum;
    }

    /// <summary>
    /// Called exactly once for each intermediate value when it is no longer needed, never for an argument or a result, so that
    /// memory can go back to a pool.
    /// </summary>
    void Release(T value)
    {
    }
}
