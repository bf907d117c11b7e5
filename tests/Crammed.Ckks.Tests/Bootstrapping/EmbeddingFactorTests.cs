using System.Numerics;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Factors of the embedding against dense matrices from its definition; no ciphertexts.</summary>
[TestFixture]
internal sealed class EmbeddingFactorTests
{
    private const EmbeddingDirection Down = EmbeddingDirection.SlotsToCoeffs;
    private const EmbeddingDirection Up = EmbeddingDirection.CoeffsToSlots;

    private CkksParameters _parameters = null!;

    [OneTimeSetUp]
    public void SetUp() => _parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    /// <summary>
    /// An entry of the product is one product of log2(n) roots, with a relative error of 5 units 2^-53 for each; of as many factors, whose
    /// products add 3 units; and of d-th roots of the constant, which bring an error of 2 units each. The oracle is rounded once.
    /// </summary>
    [Test]
    public void Factors_multiply_to_the_definition_for_every_split(
        [Values] EmbeddingDirection direction, [Values(2, 4, 8, 16, 32, 64)] int n, [Values(1.0, 0.01)] double constant)
    {
        var expected = EmbeddingMatrix.Of(direction, n);
        var stages = BitOperations.Log2((uint)n);
        var largest = constant * expected.Cast<Complex>().Max(Complex.Abs);
        foreach (var split in EmbeddingMatrix.Splits(stages))
        {
            var plan = new EmbeddingPlan(_parameters, direction, n, 12, split);
            Complex[,]? product = null;
            for (var i = 0; i < split.Length; i++)
            {
                var factor = EmbeddingMatrix.Of(plan.DiagonalsOf(i, Math.Pow(constant, 1.0 / split.Length)));
                product = product is null ? factor : EmbeddingMatrix.Multiply(factor, product);
            }
            var tolerance = (10 * stages + 6) * largest * Math.ScaleB(1, -53);
            Assert.That(
                EmbeddingMatrix.Distance(product!, Scaled(expected, constant)), Is.LessThan(tolerance), string.Join('+', split));
        }
    }

    /// <summary>
    /// The largest ring, at a few slots, and back. The bound is the worst case: a factor of D diagonals of modulus one rounds each sum to
    /// D + 5 (m + 1) + 3 units 2^-53 of the sum of sizes, which is at most sqrt(2) n in the end; the way back divides by n.
    /// </summary>
    [Test]
    public void Factors_for_two_to_the_fifteen_slots()
    {
        var parameters = CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping);
        var n = parameters.SlotCount;
        EmbeddingPlan down = EmbeddingPlan.ForBootstrapping(parameters, Down, n), up = EmbeddingPlan.ForBootstrapping(parameters, Up, n);
        var values = CoefficientMessages.Random(n, seed: 15);
        Complex[] slots = Apply(down, values), back = Apply(up, slots);
        double Units(EmbeddingPlan plan) => plan.Factors.Zip(plan.Stages, (factor, m) => factor.Diagonals.Count + 5 * (m + 1) + 3).Sum();
        var unit = Math.Sqrt(2) * n * Math.ScaleB(1, -53);
        var oracle = new EmbeddingOracle(2 * n);
        Complex[] coefficients = [.. Enumerable.Range(0, n).Select(k => values[EmbeddingMatrix.Reverse(k, n)])];
        var spread = CoefficientMessages.Spread(coefficients, 2 * n);
        foreach (var j in new[] { 0, 1, 12345, n - 1 })
            Assert.That(Complex.Abs(slots[j] - oracle.Slot(spread, j)), Is.LessThan(Units(down) * unit), $"slot {j}");
        var largest = values.Zip(back, (x, y) => Complex.Abs(x - y)).Max();
        Assert.That(largest, Is.LessThan((Units(down) + Units(up)) * unit));
    }

    /// <summary>The oracle's matrices are inverse to each other: sums of n products, each rounded to 4 units 2^-53 over n.</summary>
    [Test]
    public void The_definitions_are_inverse([Values(2, 16, 64)] int n)
    {
        var product = EmbeddingMatrix.Multiply(EmbeddingMatrix.CoeffsToSlots(n), EmbeddingMatrix.SlotsToCoeffs(n));
        var identity = new Complex[n, n];
        for (var i = 0; i < n; i++)
            identity[i, i] = 1;
        Assert.That(EmbeddingMatrix.Distance(product, identity), Is.LessThan((n + 8) * Math.ScaleB(1, -53)));
    }

    /// <summary>2^(m+1) - 1 diagonals, 2^m for the factor of the whole vector, at the places that a plan foretells.</summary>
    [Test]
    public void Diagonals_are_where_the_plan_says([Values] EmbeddingDirection direction, [Values(2, 8, 64, 1024)] int n)
    {
        var stages = BitOperations.Log2((uint)n);
        var splits = n > 64 ? [[10], [5, 5], [3, 3, 4], [1, 2, 3, 4]] : EmbeddingMatrix.Splits(stages);
        foreach (var split in splits)
        {
            var plan = new EmbeddingPlan(_parameters, direction, n, 12, split);
            var whole = direction == Down ? split.Length - 1 : 0;
            for (var i = 0; i < split.Length; i++)
            {
                var expected = i == whole ? 1 << split[i] : (2 << split[i]) - 1;
                Assert.That(plan.Factors[i].Diagonals, Has.Count.EqualTo(expected), $"factor {i} of {string.Join('+', split)}");
                Assert.That(plan.DiagonalsOf(i, 1).Indices, Is.EqualTo(plan.Factors[i].Diagonals));
            }
        }
    }

    /// <summary>The stride of a factor's diagonals is the size of the blocks that the factors of smaller blocks leave.</summary>
    [Test]
    public void Strides_follow_the_order_of_the_stages()
    {
        var down = new EmbeddingPlan(_parameters, Down, 1024, 3, [2, 3, 5]);
        var up = new EmbeddingPlan(_parameters, Up, 1024, 3, [5, 3, 2]);
        Assert.That(down.Factors.Select(factor => factor.Stride), Is.EqualTo(new[] { 1, 4, 32 }));
        Assert.That(up.Factors.Select(factor => factor.Stride), Is.EqualTo(new[] { 32, 4, 1 }));
        Assert.That(down.Factors.Select(factor => factor.Level), Is.EqualTo(new[] { 3, 2, 1 }));
        Assert.That(down.Factors.Select(factor => factor.Diagonals.Count), Is.EqualTo(new[] { 7, 15, 32 }));
    }

    [Test]
    public void Maps_follow_each_other_as_matrices_multiply()
    {
        GeneralizedDiagonals first = Random([0, 3, 5], 1), second = Random([1, 2, 3, 7], 2);
        var expected = EmbeddingMatrix.Multiply(EmbeddingMatrix.Of(second), EmbeddingMatrix.Of(first));
        // Sums of up to three products of entries of modulus up to sqrt(2), each rounded to 4 units 2^-53.
        Assert.That(EmbeddingMatrix.Distance(EmbeddingMatrix.Of(second.After(first)), expected), Is.LessThan(24 * Math.ScaleB(1, -53)));
        var other = new GeneralizedDiagonals(4, [new(0, [1, 1, 1, 1])]);
        Assert.That(() => other.After(first), Throws.ArgumentException.With.Message.Contains("period 4").And.Message.Contains("period 8"));

        static GeneralizedDiagonals Random(int[] indices, int seed)
        {
            var random = new Random(seed);
            Complex Entry(int _) => new(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);
            return new GeneralizedDiagonals(
                8, indices.Select(index => KeyValuePair.Create(index, Enumerable.Range(0, 8).Select(Entry).ToArray())));
        }
    }

    /// <summary>Every factor by the definition, y[i] = Σ_k d_k[i] x[(i + k) mod n].</summary>
    private static Complex[] Apply(EmbeddingPlan plan, Complex[] vector)
    {
        for (var factor = 0; factor < plan.Depth; factor++)
        {
            var diagonals = plan.DiagonalsOf(factor, 1);
            var sums = new Complex[vector.Length];
            foreach (var index in diagonals.Indices)
            {
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += diagonals[index][i] * vector[(i + index) % sums.Length];
            }
            vector = sums;
        }
        return vector;
    }

    private static Complex[,] Scaled(Complex[,] matrix, double constant)
    {
        var scaled = (Complex[,])matrix.Clone();
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
                scaled[i, j] *= constant;
        }
        return scaled;
    }
}
