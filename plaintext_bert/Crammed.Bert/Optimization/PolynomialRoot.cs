using Crammed.Approximation;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// 1 / sqrt(v + epsilon) as AdamW-HE computes it on ciphertexts (Rho et al. 2025, algorithm 1 and table 13): the argument divided by a
/// public constant M so that it lies in [0.0005, 1], a minimax polynomial of degree 127 there, three Newton steps. M = epsilon / 0.0005
/// puts v = 0 at the lower end and leaves room for v up to 1999 epsilon.
/// </summary>
internal sealed class PolynomialRoot
{
    private const double Low = 0.0005;
    private const int Degree = 127;
    private const int NewtonSteps = 3;

    private static readonly Lazy<InverseSquareRootNewton> Published =
        new(() => InverseSquareRootNewton.Create(new Interval(Low, 1), Degree, NewtonSteps));

    private static readonly TensorArithmetic Arithmetic = new(noise: null);

    private readonly double _epsilon;

    /// <param name="epsilon">Above 0.</param>
    public PolynomialRoot(double epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        _epsilon = epsilon;
    }

    /// <summary>The polynomial, on [0.0005, 1].</summary>
    public static InverseSquareRootNewton Polynomial => Published.Value;

    /// <summary>Largest v that the domain covers.</summary>
    public double Largest => _epsilon * ((1 / Low) - 1);

    /// <summary>1 / sqrt(v + epsilon), computed in float64, of v's type.</summary>
    /// <param name="v">From 0 to <see cref="Largest"/>; beyond, the value means nothing.</param>
    public torch.Tensor Inverse(torch.Tensor v)
    {
        var scale = Low / _epsilon;
        var argument = (v.to(torch.ScalarType.Float64) + _epsilon) * scale;
        return (Polynomial.Evaluate(argument, Arithmetic) * Math.Sqrt(scale)).to(v.dtype);
    }
}
