using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>The fused sums of products, with more terms than fit one accumulation and operands at the extremes.</summary>
[TestFixtureSource(typeof(KernelCase), nameof(KernelCase.InstancesAndPrimes))]
internal sealed unsafe class SumKernelTests(string instance, ulong p)
{
    private const int Length = 320;

    /// <summary>Not a multiple of the chunk, and beginning inside the limbs.</summary>
    private const int Offset = 32;

    private readonly VectorKernels _kernels = KernelCase.Kernels(instance);
    private readonly Modulus _modulus = new(p);

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(70)]
    public void Sums_of_tensor_products(int count)
    {
        using RnsPolynomial operands = Operands(4 * count), results = new(3, Length);
        Run(operands, results, _kernels.SumOfProducts, count);
        AssertResults(results, i =>
        {
            ulong r0 = 0, r1 = 0, r2 = 0;
            for (var pair = 0; pair < count; pair++)
            {
                (var a0, var a1, var b0, var b1) = Pair(operands, pair, i);
                r0 = Oracle.Add(r0, Oracle.Multiply(a0, b0, p), p);
                r1 = Oracle.Add(r1, Oracle.Add(Oracle.Multiply(a0, b1, p), Oracle.Multiply(a1, b0, p), p), p);
                r2 = Oracle.Add(r2, Oracle.Multiply(a1, b1, p), p);
            }
            return (r0, r1, r2);
        });
    }

    [TestCase(1)]
    [TestCase(70)]
    public void Sums_of_squared_differences(int count)
    {
        using RnsPolynomial operands = Operands(4 * count), results = new(3, Length);
        Run(operands, results, _kernels.SumOfSquaredDifferences, count);
        AssertResults(results, i =>
        {
            ulong r0 = 0, r1 = 0, r2 = 0;
            for (var pair = 0; pair < count; pair++)
            {
                (var a0, var a1, var b0, var b1) = Pair(operands, pair, i);
                ulong x0 = Oracle.Subtract(a0, b0, p), x1 = Oracle.Subtract(a1, b1, p);
                r0 = Oracle.Add(r0, Oracle.Multiply(x0, x0, p), p);
                r1 = Oracle.Add(r1, Oracle.Multiply(2, Oracle.Multiply(x0, x1, p), p), p);
                r2 = Oracle.Add(r2, Oracle.Multiply(x1, x1, p), p);
            }
            return (r0, r1, r2);
        });
    }

    /// <summary>All products of one sign and of the largest size: the accumulators go as far as they may.</summary>
    [Test]
    public void Sums_of_extreme_products_stay_exact([Values(64, 130)] int count, [Values(1, -1)] int sign)
    {
        using RnsPolynomial operands = new(4 * count, Length), results = new(3, Length);
        var bound = Math.Floor(0.8 * p);
        for (var limb = 0; limb < 4 * count; limb++)
            operands.LimbSpan(limb).Fill(limb % 4 < 2 ? bound : sign * bound);
        Run(operands, results, _kernels.SumOfProducts, count);
        var square = Oracle.Multiply((ulong)bound, (ulong)bound, p);
        var product = sign > 0 ? square : Oracle.Subtract(0, square, p);
        var sum = Oracle.Multiply(product, (ulong)count, p);
        AssertResults(results, _ => (sum, Oracle.Add(sum, sum, p), sum));
    }

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(13)]
    public void Inner_products_of_digits_and_keys(int count)
    {
        using RnsPolynomial operands = Operands(3 * count), results = new(2, Length);
        var pointers = stackalloc double*[3 * count];
        for (var i = 0; i < 3 * count; i++)
            pointers[i] = operands.Limb(i);
        _kernels.InnerProducts(results.Limb(0), results.Limb(1), pointers, count, Length, _modulus);
        for (var i = 0; i < Length; i++)
        {
            ulong r0 = 0, r1 = 0;
            for (var digit = 0; digit < count; digit++)
            {
                r0 = Oracle.Add(r0, Oracle.Multiply(At(operands, 3 * digit, i), At(operands, 3 * digit + 1, i), p), p);
                r1 = Oracle.Add(r1, Oracle.Multiply(At(operands, 3 * digit, i), At(operands, 3 * digit + 2, i), p), p);
            }
            Assert.That((At(results, 0, i), At(results, 1, i)), Is.EqualTo((r0, r1)));
        }
    }

    [TestCase(1, 1, 1.0)]
    [TestCase(3, 5, 1048576.0)]
    [TestCase(9, 140, 134217728.0)]
    public void Linear_combinations(int outputs, int inputs, double bound)
    {
        var factor = p / 7;
        var split = new ResidueSplit(_modulus, bound, factor);
        var random = new Random(outputs);
        using RnsPolynomial sources = Operands(inputs), results = new(outputs, Length);
        double[] weights = [.. Enumerable.Range(0, outputs * inputs).Select(_ =>
            random.Next(3) switch { 0 => 0, 1 => random.Next(2) == 0 ? bound : -bound, _ => random.NextInt64((long)bound + 1) })];
        var pointers = stackalloc double*[outputs + inputs];
        for (var output = 0; output < outputs; output++)
            pointers[output] = results.Limb(output);
        for (var input = 0; input < inputs; input++)
            pointers[outputs + input] = sources.Limb(input);
        var matrix = new PackedMatrix(weights, outputs, inputs);
        _kernels.LinearCombinations(pointers, pointers + outputs, matrix, split, Offset, Length - Offset, _modulus);
        for (var i = Offset; i < Length; i++)
        {
            for (var output = 0; output < outputs; output++)
            {
                ulong expected = 0;
                for (var input = 0; input < inputs; input++)
                {
                    var weight = Oracle.Canonical(weights[output * inputs + input], p);
                    expected = Oracle.Add(expected, Oracle.Multiply(weight, At(sources, input, i), p), p);
                }
                Assert.That(At(results, output, i), Is.EqualTo(Oracle.Multiply(expected, factor, p)), $"output {output}, lane {i}");
            }
        }
    }

    private delegate void TensorKernel(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus);

    private void Run(RnsPolynomial operands, RnsPolynomial results, TensorKernel kernel, int count)
    {
        var pointers = stackalloc double*[4 * count];
        for (var i = 0; i < 4 * count; i++)
            pointers[i] = operands.Limb(i);
        kernel(results.Limb(0), results.Limb(1), results.Limb(2), pointers, count, Offset, Length - Offset, _modulus);
    }

    private RnsPolynomial Operands(int count)
    {
        var operands = new RnsPolynomial(count, Length);
        for (var limb = 0; limb < count; limb++)
            KernelCase.Residues(Length, p, 100 + limb).CopyTo(operands.LimbSpan(limb));
        return operands;
    }

    private (ulong A0, ulong A1, ulong B0, ulong B1) Pair(RnsPolynomial operands, int pair, int i) =>
        (At(operands, 4 * pair, i), At(operands, 4 * pair + 1, i), At(operands, 4 * pair + 2, i), At(operands, 4 * pair + 3, i));

    private ulong At(RnsPolynomial polynomial, int limb, int i) => Oracle.Canonical(polynomial.LimbSpan(limb)[i], p);

    private void AssertResults(RnsPolynomial results, Func<int, (ulong R0, ulong R1, ulong R2)> expected)
    {
        for (var i = Offset; i < Length; i++)
        {
            Assert.That((At(results, 0, i), At(results, 1, i), At(results, 2, i)), Is.EqualTo(expected(i)), $"lane {i}");
            for (var limb = 0; limb < 3; limb++)
                Assert.That(Math.Abs(results.LimbSpan(limb)[i]), Is.LessThanOrEqualTo(p / 2.0 + 2));
        }
    }
}
