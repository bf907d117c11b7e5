namespace Crammed.Approximation;

/// <summary>Constant + Slope * y, a factor of a derivative written in the function's own output y.</summary>
public readonly record struct AffineFactor(double Constant, double Slope)
{
    public double Evaluate(double y) => Constant + Slope * y;
}
