namespace Crammed.Approximation;

/// <summary>A function made of additions and multiplications only, so that it can be evaluated on ciphertexts.</summary>
public interface IApproximation
{
    /// <summary>The arguments it is made for. Outside, it is not an approximation and may grow without bound.</summary>
    Interval Domain { get; }

    /// <summary>Levels from the argument to the result, every product and every scaling by a constant counted.</summary>
    int Depth { get; }

    /// <summary>Products of two non-constant values.</summary>
    int Multiplications { get; }

    /// <summary>The value in double precision; <paramref name="x"/> is not checked against the domain.</summary>
    double Evaluate(double x);

    /// <summary>The same value by the given arithmetic. Out: level of <paramref name="x"/> minus <see cref="Depth"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="x"/> has fewer levels than <see cref="Depth"/>.</exception>
    T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic);
}
