using MathNet.Numerics.LinearAlgebra;

namespace Crammed.Ckks;

/// <summary>
/// Chebyshev coefficients of cos(2π (x - s - 1/4) / 2^r), s = 2^r / 4, on numbers x near integers: |x - I| &lt;= ε for an integer |I| &lt;= K. Only there does EvalMod
/// evaluate it, so far fewer coefficients do than on the whole interval (Han, Ki 2020, section 4).
/// </summary>
/// <remarks>
/// A least-squares fit at Chebyshev nodes of each of the 2K + 1 intervals. The polynomial's argument is x / (K + 3/2), which leaves the ends
/// of [-1, 1] free: there Chebyshev polynomials are steep.
/// <para>After r doublings of the angle every integer s gives sin(2πx). With a quarter of the period the cosine is nearly odd in x, and nearly
/// zero where most integers lie, around 0. There T_2, T_4, ... are at their extremes, so that a rounding of T_2 comes back 4^k times in
/// T_(2^(k+1)); now their coefficients are small, and so is what doublings of the angle make of it. Own observation: against s = 0, one
/// bit less noise.</para>
/// </remarks>
internal sealed class DiscreteCosineFit
{
    private const int NodesPerInteger = 8;

    /// <param name="largestInteger">K</param>
    /// <param name="radius">ε, the largest distance from an integer, below 1/2</param>
    /// <param name="degree">degree of the polynomial, below the number of nodes</param>
    /// <param name="doubleAngles">r: how often the cosine's angle will be doubled</param>
    public DiscreteCosineFit(int largestInteger, double radius, int degree, int doubleAngles)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(largestInteger, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(radius, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(degree, NodesPerInteger * (2 * largestInteger + 1));
        Bound = largestInteger + 1.5;
        DoubleAngles = doubleAngles;
        double[] nodes =
        [
            .. from integer in Enumerable.Range(-largestInteger, 2 * largestInteger + 1)
               from node in Enumerable.Range(0, NodesPerInteger)
               select integer + radius * Math.Cos(Math.PI * (node + 0.5) / NodesPerInteger),
        ];
        var basis = Matrix<double>.Build.Dense(
            nodes.Length, degree + 1, (row, column) => Math.Cos(column * Math.Acos(nodes[row] / Bound)));
        var values = Vector<double>.Build.Dense(nodes.Length, row => Target(nodes[row]));
        Coefficients = [.. basis.QR().Solve(values)];
        Error = (basis * Vector<double>.Build.DenseOfEnumerable(Coefficients) - values).AbsoluteMaximum();
    }

    /// <summary>What an argument is divided by before it goes into the polynomial.</summary>
    public double Bound { get; }

    /// <summary>How often the angle is doubled afterwards.</summary>
    public int DoubleAngles { get; }

    /// <summary>Coefficients of T_0, T_1, ....</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>The largest error at the nodes; doubling the angle multiplies it by up to 4 each time.</summary>
    public double Error { get; }

    /// <summary>The function that the polynomial stands for.</summary>
    public double Target(double x)
    {
        double period = 1 << DoubleAngles;
        return Math.Cos(2 * Math.PI * (x - period / 4 - 0.25) / period);
    }
}
