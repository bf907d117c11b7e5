using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// A linear map on vectors of n slots by its nonzero generalized diagonals (Halevi, Shoup 2014): diagonal k is the vector
/// d_k[i] = M[i, (i + k) mod n], so that (M x)[i] = Σ_k d_k[i] x[(i + k) mod n]. Immutable.
/// </summary>
/// <remarks>
/// n, the <see cref="Period"/>, is a power of two of at most N/2. Below N/2 the map acts on vectors that are repeated N/(2n) times
/// over all slots, and so is its result.
/// </remarks>
public sealed class GeneralizedDiagonals
{
    private readonly SortedDictionary<int, Complex[]> _diagonals = [];

    /// <param name="period">n, a power of two</param>
    /// <param name="diagonals">vectors of n numbers by their index, which counts modulo n; diagonals of zeros are left out</param>
    /// <exception cref="ArgumentException">n is not a power of two, a diagonal has another length or occurs twice, or all are
    /// zero</exception>
    public GeneralizedDiagonals(int period, IEnumerable<KeyValuePair<int, Complex[]>> diagonals)
    {
        ArgumentNullException.ThrowIfNull(diagonals);
        if (period < 1 || !BitOperations.IsPow2(period))
            throw new ArgumentException($"the period of diagonals is a power of two, not {period}", nameof(period));
        Period = period;
        foreach ((var index, var values) in diagonals)
        {
            if (values.Length != period)
                throw new ArgumentException($"diagonal {index} has {values.Length} values instead of {period}", nameof(diagonals));
            if (Array.Exists(values, value => value != Complex.Zero) && !_diagonals.TryAdd(Modulo(index, period), [.. values]))
                throw new ArgumentException($"diagonal {index} occurs twice modulo {period}", nameof(diagonals));
        }
        if (_diagonals.Count == 0)
            throw new ArgumentException("every diagonal is zero", nameof(diagonals));
    }

    /// <summary>n: the length of every diagonal.</summary>
    public int Period { get; }

    /// <summary>Indices of the nonzero diagonals in [0, n), ascending.</summary>
    public IReadOnlyCollection<int> Indices => _diagonals.Keys;

    /// <summary>A nonzero diagonal.</summary>
    /// <exception cref="KeyNotFoundException">the diagonal is zero</exception>
    public ReadOnlySpan<Complex> this[int index] => _diagonals[index];

    /// <summary>
    /// The diagonals of a matrix of any shape: it is extended with zeros to the smallest n x n that holds it, n a power of two.
    /// </summary>
    /// <exception cref="ArgumentException">the matrix is zero</exception>
    public static GeneralizedDiagonals OfMatrix(Complex[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        int rows = matrix.GetLength(0), columns = matrix.GetLength(1);
        var period = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, Math.Max(rows, columns)));
        var diagonals = new Dictionary<int, Complex[]>();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                if (matrix[row, column] == Complex.Zero)
                    continue;
                var index = Modulo(column - row, period);
                if (!diagonals.TryGetValue(index, out var diagonal))
                    diagonals[index] = diagonal = new Complex[period];
                diagonal[row] = matrix[row, column];
            }
        }
        return new GeneralizedDiagonals(period, diagonals);
    }

    /// <summary>The diagonals of a real matrix, as above.</summary>
    /// <exception cref="ArgumentException">the matrix is zero</exception>
    public static GeneralizedDiagonals OfMatrix(double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var complex = new Complex[matrix.GetLength(0), matrix.GetLength(1)];
        for (var row = 0; row < complex.GetLength(0); row++)
        {
            for (var column = 0; column < complex.GetLength(1); column++)
                complex[row, column] = matrix[row, column];
        }
        return OfMatrix(complex);
    }

    /// <summary>
    /// The map that does another one first: diagonal k is Σ_j d_j[i] e_(k-j)[(i + j) mod n], e those of <paramref name="first"/>.
    /// </summary>
    /// <exception cref="ArgumentException">the periods differ, or the product is zero</exception>
    public GeneralizedDiagonals After(GeneralizedDiagonals first)
    {
        ArgumentNullException.ThrowIfNull(first);
        if (first.Period != Period)
            throw new ArgumentException($"a map of period {Period} cannot follow one of period {first.Period}", nameof(first));
        var products = new Dictionary<int, Complex[]>();
        foreach ((var index, var values) in _diagonals)
        {
            foreach ((var firstIndex, var firstValues) in first._diagonals)
            {
                var sumIndex = Modulo(index + firstIndex, Period);
                if (!products.TryGetValue(sumIndex, out var sum))
                    products[sumIndex] = sum = new Complex[Period];
                for (var i = 0; i < Period; i++)
                    sum[i] += values[i] * firstValues[Modulo(i + index, Period)];
            }
        }
        return new GeneralizedDiagonals(Period, products);
    }

    /// <summary>The sum of |values|^2 of the diagonals whose index a condition accepts, over n: the mean over the map's rows.</summary>
    internal double MeanSquareRow(Func<int, bool> condition)
    {
        double sum = 0;
        foreach ((var index, var values) in _diagonals)
            sum += condition(index) ? values.Sum(value => value.Real * value.Real + value.Imaginary * value.Imaginary) : 0;
        return sum / Period;
    }

    internal static int Modulo(int value, int period) => value & period - 1;
}
