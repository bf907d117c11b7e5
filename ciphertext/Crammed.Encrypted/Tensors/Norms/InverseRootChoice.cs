using Crammed.Approximation;

namespace Crammed.Encrypted.Tensors;

/// <summary>Chooses inverse roots: of the least depth, then of the least degree, that are precise enough on their whole domain.</summary>
internal static class InverseRootChoice
{
    private const int MostNewtonSteps = 3;
    private static readonly int[] Degrees = [7, 15, 31, 63, 127];

    /// <summary>The root, or null if none of degree 127 or less is precise enough.</summary>
    /// <param name="domain">of the argument, positive</param>
    /// <param name="bits">-log2 of the largest relative error</param>
    /// <param name="depthOfSteps">levels that a number of Newton steps takes</param>
    /// <param name="deepest">levels that the polynomial may take</param>
    public static InverseSquareRootNewton? Of(Interval domain, double bits, Func<int, int> depthOfSteps, int deepest = int.MaxValue)
    {
        var initial = new Dictionary<int, ChebyshevPolynomial>();
        var candidates = Degrees.Where(degree => ChebyshevPolynomial.DepthOfDegree(degree) <= deepest)
            .SelectMany(degree => Enumerable.Range(0, MostNewtonSteps + 1).Select(steps => (Degree: degree, Steps: steps)))
            .OrderBy(candidate => ChebyshevPolynomial.DepthOfDegree(candidate.Degree) + depthOfSteps(candidate.Steps))
            .ThenBy(candidate => candidate.Degree);
        foreach (var (degree, steps) in candidates)
        {
            if (!initial.TryGetValue(degree, out var polynomial))
                initial.Add(degree, polynomial = InverseSquareRootNewton.Create(domain, degree, 0).Initial);
            var root = new InverseSquareRootNewton(polynomial, steps);
            if (root.Report(ErrorKind.Relative).WorstBits >= bits)
                return root;
        }
        return null;
    }
}
