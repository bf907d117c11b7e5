using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>The product of matrices of residues against sums of 128-bit integers.</summary>
[TestFixtureSource(typeof(KernelCase), nameof(KernelCase.InstancesAndPrimes))]
internal sealed unsafe class MatrixKernelTests(string instance, ulong p)
{
    private readonly VectorKernels _kernels = KernelCase.Kernels(instance);
    private readonly Modulus _modulus = new(p);

    /// <summary>
    /// Random shapes, around the borders of blocks of rows, of packed operands and of packed columns; rows that are left out, sums that
    /// are added to, and residues before and after that must stay.
    /// </summary>
    [Test]
    public void Products_of_random_shapes()
    {
        var random = new Random((int)(p % 1000));
        for (var round = 0; round < 40; round++)
        {
            var outputs = random.Next(1, 11);
            var count = round % 8 == 0 ? random.Next(60, 140) : random.Next(1, 20);
            var length = random.Next(3) switch { 0 => random.Next(1, 40), 1 => 128 * random.Next(1, 3), _ => random.Next(100, 300) };
            var offset = random.Next(3) * 8;
            using RnsPolynomial operands = Residues(count, offset + length + 8, round), results = Residues(outputs, offset + length + 8, 1000 + round);
            var before = Values(results);
            var weights = new double[outputs, count];
            for (var i = 0; i < weights.Length; i++)
                weights[i / count, i % count] = RandomWeight(random);
            var left = outputs > 2 ? random.Next(outputs) : -1;
            var adds = random.Next(2) == 0;
            Multiply(results, operands, weights, offset, length, adds, left);
            for (var output = 0; output < outputs; output++)
            {
                for (var i = 0; i < offset + length + 8; i++)
                {
                    var isResult = output != left && i >= offset && i < offset + length;
                    var expected = adds || !isResult ? before[output][i] : 0;
                    for (var k = 0; k < count && isResult; k++)
                    {
                        var product = Oracle.Multiply(Oracle.Canonical(weights[output, k], p), At(operands, k, i), p);
                        expected = Oracle.Add(expected, product, p);
                    }
                    Assert.That(At(results, output, i), Is.EqualTo(expected), $"{outputs} x {count} x {length}, output {output}, residue {i}");
                    if (isResult)
                        Assert.That(Math.Abs(results.LimbSpan(output)[i]), Is.LessThanOrEqualTo(p / 2.0 + 2));
                }
            }
        }
    }

    /// <summary>All products of one sign and of the largest size: the accumulators go as far as they may.</summary>
    [Test]
    public void Sums_of_extreme_products_stay_exact([Values(1, 63, 64, 200)] int count, [Values(1, -1)] int sign)
    {
        const int length = 48, outputs = 5;
        using RnsPolynomial operands = new(count, length), results = new(outputs, length);
        double bound = Math.Floor(0.8 * p), weight = (p - 1) / 2 + 2;
        for (var k = 0; k < count; k++)
            operands.LimbSpan(k).Fill(sign * bound);
        for (var output = 0; output < outputs; output++)
            results.LimbSpan(output).Fill(sign * bound);
        var weights = new double[outputs, count];
        for (var i = 0; i < weights.Length; i++)
            weights[i / count, i % count] = weight;
        Multiply(results, operands, weights, 0, length, adds: true, left: -1);
        var product = Oracle.Multiply(Oracle.Multiply((ulong)bound, (ulong)weight, p), (ulong)count, p);
        var sum = Oracle.Add(product, (ulong)bound, p);
        for (var output = 0; output < outputs; output++)
        {
            foreach (var residue in results.LimbSpan(output))
                Assert.That(Oracle.Canonical(sign * residue, p), Is.EqualTo(sum));
        }
    }

    private void Multiply(RnsPolynomial results, RnsPolynomial operands, double[,] weights, int offset, int length, bool adds, int left)
    {
        int outputs = weights.GetLength(0), count = weights.GetLength(1);
        var rows = VectorKernels.WeightRows;
        var packed = new double[(outputs + rows - 1) / rows * rows * count];
        // Rows that fill up the last block hold what must not matter.
        Array.Fill(packed, 1);
        for (var output = 0; output < outputs; output++)
        {
            for (var k = 0; k < count; k++)
                packed[(output / rows * count + k) * rows + output % rows] = weights[output, k];
        }
        var pointers = stackalloc double*[outputs + count];
        for (var output = 0; output < outputs; output++)
            pointers[output] = output == left ? null : results.Limb(output);
        for (var k = 0; k < count; k++)
            pointers[outputs + k] = operands.Limb(k);
        fixed (double* first = packed)
            _kernels.MultiplyMatrix(pointers, outputs, pointers + outputs, count, first, offset, length, adds, _modulus);
    }

    /// <summary>Centred, and often at an end.</summary>
    private double RandomWeight(Random random)
    {
        var largest = (double)((p - 1) / 2);
        return random.Next(4) switch
        {
            0 => 0,
            1 => random.Next(2) == 0 ? largest : -largest,
            _ => Math.Round((2 * random.NextDouble() - 1) * largest),
        };
    }

    private RnsPolynomial Residues(int limbs, int length, int seed)
    {
        var residues = new RnsPolynomial(limbs, length);
        for (var limb = 0; limb < limbs; limb++)
            KernelCase.Residues(length, p, 100 * seed + limb).CopyTo(residues.LimbSpan(limb));
        return residues;
    }

    private ulong[][] Values(RnsPolynomial polynomial) =>
        [.. Enumerable.Range(0, polynomial.LimbCount).Select(limb => polynomial.LimbSpan(limb).ToArray().Select(x => Oracle.Canonical(x, p)).ToArray())];

    private ulong At(RnsPolynomial polynomial, int limb, int i) => Oracle.Canonical(polynomial.LimbSpan(limb)[i], p);
}
