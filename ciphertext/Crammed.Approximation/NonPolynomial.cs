namespace Crammed.Approximation;

/// <summary>
/// A function that ciphertexts can only approximate, with its derivative as a product of affine factors of its own output, so that a
/// backward pass needs the output of the forward pass and no second approximation.
/// </summary>
public sealed class NonPolynomial
{
    private readonly Func<double, double> _function;
    private readonly double _lowerLimit;

    private NonPolynomial(
        string name, Func<double, double> function, AffineFactor[] derivative, double lowerLimit = double.NegativeInfinity)
    {
        Name = name;
        _function = function;
        _lowerLimit = lowerLimit;
        DerivativeFactors = Array.AsReadOnly(derivative);
    }

    /// <summary>1/sqrt(x) for x &gt; 0; derivative -y^3/2.</summary>
    public static NonPolynomial InverseSquareRoot { get; } =
        new("inverse_sqrt", x => 1 / Math.Sqrt(x), [new(0, -0.5), new(0, 1), new(0, 1)], lowerLimit: 0);

    /// <summary>1/x for x &gt; 0; derivative -y^2.</summary>
    public static NonPolynomial Inverse { get; } = new("inverse", x => 1 / x, [new(0, -1), new(0, 1)], lowerLimit: 0);

    /// <summary>tanh(x); derivative (1 - y)(1 + y).</summary>
    public static NonPolynomial Tanh { get; } = new("tanh", Math.Tanh, [new(1, -1), new(1, 1)]);

    /// <summary>1/(1 + exp(-x)); derivative y(1 - y).</summary>
    public static NonPolynomial Sigmoid { get; } = new("sigmoid", x => 1 / (1 + Math.Exp(-x)), [new(0, 1), new(1, -1)]);

    /// <summary>exp(x); derivative y.</summary>
    public static NonPolynomial Exp { get; } = new("exp", Math.Exp, [new(0, 1)]);

    public static IReadOnlyList<NonPolynomial> All { get; } = [InverseSquareRoot, Inverse, Tanh, Sigmoid, Exp];

    /// <summary>The name it has in configurations and reports.</summary>
    public string Name { get; }

    /// <summary>The factors whose product is the derivative, in the output y.</summary>
    public IReadOnlyList<AffineFactor> DerivativeFactors { get; }

    /// <summary>The function of the given <see cref="Name"/>.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static NonPolynomial Named(string name) => All.FirstOrDefault(f => f.Name == name)
        ?? throw new ArgumentException($"There is no function '{name}'; there are {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>The true value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The function is not defined at <paramref name="x"/>.</exception>
    public double Evaluate(double x) => x > _lowerLimit
        ? _function(x)
        : throw new ArgumentOutOfRangeException(nameof(x), x, $"{Name} is defined here for x > {_lowerLimit}.");

    /// <summary>The true derivative at an argument.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The function is not defined at <paramref name="x"/>.</exception>
    public double Derivative(double x) => DerivativeFromOutput(Evaluate(x));

    /// <summary>The derivative at the argument whose function value is <paramref name="y"/>.</summary>
    public double DerivativeFromOutput(double y) => DerivativeFactors.Aggregate(1.0, (product, factor) => product * factor.Evaluate(y));

    public override string ToString() => Name;
}
