namespace Crammed.Approximation;

/// <summary>
/// The state of a Remez iteration on [-1, 1]: a reference of Degree + 2 ascending points and the polynomial whose weighted error takes
/// the same size with alternating signs on them.
/// </summary>
internal sealed class RemezExchange
{
    private const int SamplesPerGap = 20;
    private const int RefinementSteps = 40;

    private readonly Func<double, double> _f;
    private readonly Func<double, double> _weight;
    private readonly double[] _barycentric;
    private readonly double[] _values;
    private double[] _reference;
    private List<(double Point, double Error)> _extrema = [];

    public RemezExchange(Func<double, double> f, Func<double, double> weight, int degree)
    {
        _f = f;
        _weight = weight;
        Degree = degree;
        _barycentric = new double[degree + 2];
        _values = new double[degree + 2];
        _reference = [.. Enumerable.Range(0, degree + 2).Select(i => -Math.Cos(Math.PI * i / (degree + 1)))];

        // A barycentric value is a quotient of sums of degree + 2 rounded terms; 8 covers the sums' own growth on references close
        // to Chebyshev points (their Lebesgue constant is below 5 for degree 127).
        Rounding = 8 * (degree + 2) * Math.ScaleB(_reference.Max(t => Math.Abs(_f(t)) * _weight(t)), -53);
        Level();
    }

    public int Degree { get; }

    /// <summary>Weighted errors up to here are rounding.</summary>
    public double Rounding { get; }

    /// <summary>Size of the weighted error on the reference: a lower bound of the minimax error (de la Vallee Poussin).</summary>
    public double LevelledError { get; private set; }

    /// <summary>The current polynomial, by the second barycentric formula.</summary>
    public double Evaluate(double t)
    {
        double numerator = 0, denominator = 0;
        for (var i = 0; i < _reference.Length; i++)
        {
            var difference = t - _reference[i];
            if (difference == 0)
                return _values[i];
            var share = _barycentric[i] / difference;
            numerator += share * _values[i];
            denominator += share;
        }

        return numerator / denominator;
    }

    /// <summary>Finds the largest weighted error between every two sign changes; returns the largest of all.</summary>
    public double FindExtrema()
    {
        var angles = SampleAngles();
        var errors = Array.ConvertAll(angles, a => ErrorAt(a));
        _extrema = [];
        for (var start = 0; start < errors.Length;)
        {
            var end = start;
            var best = start;
            while (end < errors.Length && errors[end] >= 0 == errors[start] >= 0)
            {
                if (Math.Abs(errors[end]) > Math.Abs(errors[best]))
                    best = end;
                end++;
            }

            var angle = Refine(
                angles[Math.Max(best - 1, 0)], angles[Math.Min(best + 1, angles.Length - 1)], errors[best] >= 0 ? 1 : -1);
            var refined = ErrorAt(angle);
            _extrema.Add(Math.Abs(refined) > Math.Abs(errors[best])
                ? (-Math.Cos(angle), refined)
                : (-Math.Cos(angles[best]), errors[best]));
            start = end;
        }

        return _extrema.Max(e => Math.Abs(e.Error));
    }

    /// <summary>Makes the extrema the new reference; false if there are too few that alternate.</summary>
    public bool Exchange()
    {
        if (_extrema.Count < _reference.Length)
            return false;

        while (_extrema.Count > _reference.Length)
            DropSmallest();
        _reference = [.. _extrema.Select(e => e.Point)];
        Level();
        return true;
    }

    /// <summary>
    /// Drops the smallest extremum, with its smaller neighbour where it is not at an end (two signs must not meet), or the smaller end
    /// where only one is to go. Alternation stays, the largest is never dropped, and the levelled error never falls.
    /// </summary>
    private void DropSmallest()
    {
        var smallest = Enumerable.Range(0, _extrema.Count).MinBy(Size);
        var last = _extrema.Count - 1;
        if (smallest == 0 || smallest == last)
            _extrema.RemoveAt(smallest);
        else if (last == _reference.Length)
            _extrema.RemoveAt(Size(0) < Size(last) ? 0 : last);
        else
            _extrema.RemoveRange(Size(smallest - 1) < Size(smallest + 1) ? smallest - 1 : smallest, 2);

        double Size(int i) => Math.Abs(_extrema[i].Error);
    }

    /// <summary>Angles a from 0 to pi, t = -cos a, dense between all neighbours of the reference and its ends.</summary>
    private double[] SampleAngles()
    {
        double[] knots = [0, .. _reference.Select(t => Math.Acos(-t)), Math.PI];
        var angles = new List<double>();
        for (var i = 0; i + 1 < knots.Length; i++)
        {
            for (var j = 0; j < SamplesPerGap && knots[i] < knots[i + 1]; j++)
                angles.Add(knots[i] + (knots[i + 1] - knots[i]) * j / SamplesPerGap);
        }

        angles.Add(Math.PI);
        return [.. angles];
    }

    private double ErrorAt(double angle)
    {
        var t = -Math.Cos(angle);
        return _weight(t) * (_f(t) - Evaluate(t));
    }

    /// <summary>Golden-section search for the largest sign * error between two angles.</summary>
    private double Refine(double low, double high, int sign)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        var (errorLeft, errorRight) = (sign * ErrorAt(left), sign * ErrorAt(right));
        for (var i = 0; i < RefinementSteps; i++)
        {
            if (errorLeft > errorRight)
            {
                (high, right, errorRight) = (right, left, errorLeft);
                left = high - ratio * (high - low);
                errorLeft = sign * ErrorAt(left);
            }
            else
            {
                (low, left, errorLeft) = (left, right, errorRight);
                right = low + ratio * (high - low);
                errorRight = sign * ErrorAt(right);
            }
        }

        return (low + high) / 2;
    }

    /// <summary>
    /// The divided difference of f - (-1)^i h / weight over Degree + 2 points vanishes for the right h; its coefficients are the
    /// barycentric weights. Differences are doubled against underflow: the capacity of [-1, 1] is 1/2.
    /// </summary>
    private void Level()
    {
        double numerator = 0, denominator = 0;
        for (var i = 0; i < _reference.Length; i++)
        {
            var product = 1.0;
            for (var j = 0; j < _reference.Length; j++)
                product *= j == i ? 1 : 2 * (_reference[i] - _reference[j]);
            _barycentric[i] = 1 / product;
            numerator += _barycentric[i] * _f(_reference[i]);
            denominator += _barycentric[i] * Sign(i) / _weight(_reference[i]);
        }

        var levelled = numerator / denominator;
        LevelledError = Math.Abs(levelled);
        for (var i = 0; i < _reference.Length; i++)
            _values[i] = _f(_reference[i]) - Sign(i) * levelled / _weight(_reference[i]);
    }

    private static int Sign(int i) => i % 2 == 0 ? 1 : -1;
}
