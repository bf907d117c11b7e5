using System.Collections.ObjectModel;

namespace Crammed.Approximation;

/// <summary>
/// Polynomials one after the other: p_n(...p_2(p_1(x))). The depth is the sum of theirs, where one polynomial of the same degree, the
/// product of theirs, would need many more products.
/// </summary>
public sealed class CompositePolynomial : IApproximation
{
    /// <param name="stages">p_1, p_2, ..., none of them a constant; each takes the one before it into its own domain.</param>
    /// <exception cref="ArgumentException">No stage, or a constant one.</exception>
    public CompositePolynomial(IEnumerable<ChebyshevPolynomial> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        Stages = Array.AsReadOnly(stages.ToArray());
        if (Stages.Count == 0 || Stages.Any(stage => stage.Degree == 0))
            throw new ArgumentException("A composite needs at least one polynomial, and none of them constant.", nameof(stages));
    }

    /// <summary>p_1, p_2, ...</summary>
    public ReadOnlyCollection<ChebyshevPolynomial> Stages { get; }

    /// <inheritdoc/>
    public Interval Domain => Stages[0].Domain;

    /// <inheritdoc/>
    public int Depth => Stages.Sum(stage => stage.Depth);

    /// <inheritdoc/>
    public int Multiplications => Stages.Sum(stage => stage.Multiplications);

    /// <inheritdoc/>
    public double Evaluate(double x) => Stages.Aggregate(x, (value, stage) => stage.Evaluate(value));

    /// <inheritdoc/>
    public T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(arithmetic);
        if (arithmetic.LevelOf(x) < Depth)
            throw new ArgumentException($"The argument has {arithmetic.LevelOf(x)} levels, the {this} takes {Depth}.");
        var value = Stages[0].Evaluate(x, arithmetic);
        foreach (var stage in Stages.Skip(1))
        {
            var next = stage.Evaluate(value, arithmetic);
            arithmetic.Release(value);
            value = next;
        }

        return value;
    }

    public override string ToString() =>
        $"composite polynomial on {Domain}, degrees {string.Join("/", Stages.Select(stage => stage.Degree))}, depth {Depth}";
}
