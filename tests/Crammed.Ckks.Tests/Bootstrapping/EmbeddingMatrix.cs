using System.Numerics;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>
/// The maps of SlotsToCoeffs and CoeffsToSlots as dense n x n matrices by their definition: slot j of a polynomial whose complex
/// coefficient rev(i) is one and all others are zero, from <see cref="EmbeddingOracle"/>, and the inverse of that.
/// </summary>
internal static class EmbeddingMatrix
{
    /// <summary>Every way to write a number as an ordered sum of positive ones.</summary>
    public static IEnumerable<int[]> Splits(int total) => total == 0
        ? [[]]
        : Enumerable.Range(1, total).SelectMany(first => Splits(total - first).Select(rest => (int[])[first, .. rest]));

    /// <summary>The bits of an index below n, written down and read backwards.</summary>
    public static int Reverse(int index, int n)
    {
        var bits = Convert.ToString(index + n, 2)[1..];
        return n == 1 ? 0 : Convert.ToInt32(new string([.. bits.Reverse()]), 2);
    }

    /// <summary>Column i holds the slots of X^rev(i).</summary>
    public static Complex[,] SlotsToCoeffs(int n)
    {
        var oracle = new EmbeddingOracle(2 * n);
        var matrix = new Complex[n, n];
        for (var column = 0; column < n; column++)
        {
            var monomial = new double[2 * n];
            monomial[Reverse(column, n)] = 1;
            for (var row = 0; row < n; row++)
                matrix[row, column] = oracle.Slot(monomial, row);
        }
        return matrix;
    }

    /// <summary>
    /// The inverse: columns of the matrix above are orthogonal and have the squared norm n, since Σ_j ζ^((k-l) 5^j) is the trace of a
    /// root of unity from Q(ζ) to Q(i), which is zero for 0 &lt; |k - l| &lt; n.
    /// </summary>
    public static Complex[,] CoeffsToSlots(int n)
    {
        Complex[,] matrix = SlotsToCoeffs(n), inverse = new Complex[n, n];
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column < n; column++)
                inverse[row, column] = Complex.Conjugate(matrix[column, row]) / n;
        }
        return inverse;
    }

    public static Complex[,] Of(EmbeddingDirection direction, int n) =>
        direction == EmbeddingDirection.SlotsToCoeffs ? SlotsToCoeffs(n) : CoeffsToSlots(n);

    /// <summary>M[i, (i + k) mod n] = d_k[i].</summary>
    public static Complex[,] Of(GeneralizedDiagonals diagonals)
    {
        var n = diagonals.Period;
        var matrix = new Complex[n, n];
        foreach (var index in diagonals.Indices)
        {
            for (var row = 0; row < n; row++)
                matrix[row, (row + index) % n] = diagonals[index][row];
        }
        return matrix;
    }

    public static Complex[,] Multiply(Complex[,] left, Complex[,] right)
    {
        var n = left.GetLength(0);
        var product = new Complex[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < n; k++)
            {
                if (left[i, k] == Complex.Zero)
                    continue;
                for (var j = 0; j < n; j++)
                    product[i, j] += left[i, k] * right[k, j];
            }
        }
        return product;
    }

    /// <summary>The largest |left - right| of two entries.</summary>
    public static double Distance(Complex[,] left, Complex[,] right) =>
        left.Cast<Complex>().Zip(right.Cast<Complex>(), (x, y) => Complex.Abs(x - y)).Max();
}
