namespace Crammed.Ckks;

/// <summary>
/// The distribution of the integer I in a coefficient m + q_0 I of a raised ciphertext under a secret of Hamming weight h. Modulo q_0 the
/// coefficient is given; the h + 1 terms that it is a sum of are uniform in [-q_0/2, q_0/2]. So I has the density of a sum of h + 1 numbers
/// uniform in [-1/2, 1/2], the centred B-spline of order h + 1, at I + m / q_0: at integers, since m is small against q_0.
/// </summary>
internal static class RaisedMultiples
{
    /// <summary>Probabilities of -K, ..., K.</summary>
    /// <param name="largest">K</param>
    /// <param name="weight">h, at least 1</param>
    public static double[] Probabilities(int largest, int weight)
    {
        // The recurrence of B-splines (de Boor 1972) takes a value at x from values one order lower at x - 1/2 and x + 1/2; positions count
        // halves, and the lattice of each order ends at integers.
        int order = weight + 1, reach = 2 * largest + order;
        var density = new double[2 * reach + 1];
        // The box, at its jumps the mean.
        if (order % 2 == 1)
            density[reach] = 1;
        else
            density[reach - 1] = density[reach + 1] = 0.5;
        for (var lower = 1; lower < order; lower++)
        {
            var next = new double[density.Length];
            for (var i = 1; i < density.Length - 1; i++)
            {
                double x = (i - reach) / 2.0, half = (lower + 1) / 2.0;
                next[i] = ((half + x) * density[i + 1] + (half - x) * density[i - 1]) / lower;
            }
            density = next;
        }
        return [.. Enumerable.Range(-largest, 2 * largest + 1).Select(integer => density[reach + 2 * integer])];
    }
}
