using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Arithmetic;

[TestFixture]
internal sealed unsafe class NttTests
{
    private static readonly int[] Bits = [20, 36, 40, 42, 46, 50];

    private static IEnumerable<TestCaseData> SmallCases =>
        from instance in KernelCase.Instances
        from logN in new[] { 7, 8, 9 }
        from bits in Bits
        select new TestCaseData(instance, logN, bits);

    private static IEnumerable<TestCaseData> LargeCases =>
        from instance in KernelCase.Instances
        from logN in new[] { 10, 12, 13, 14 }
        from bits in new[] { 36, 46, 50 }
        select new TestCaseData(instance, logN, bits);

    [TestCaseSource(nameof(SmallCases))]
    public void Product_of_transforms_is_the_negacyclic_product(string instance, int logN, int bits)
    {
        (var kernels, var tables, var modulus) = Build(instance, logN, bits);
        double[] left = KernelCase.Residues(tables.Length, modulus.Value, 1), right = KernelCase.Residues(tables.Length, modulus.Value, 2);
        var expected = Oracle.NegacyclicProduct(Canonical(left, modulus), Canonical(right, modulus), modulus.Value);
        fixed (double* x = left, y = right)
        {
            kernels.ForwardNtt(x, tables);
            kernels.ForwardNtt(y, tables);
            kernels.Multiply(x, x, y, tables.Length, modulus);
            kernels.InverseNtt(x, tables, modulus.Centre(tables.LengthInverse));
        }
        Assert.That(Canonical(left, modulus), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(SmallCases))]
    public void Value_i_is_taken_at_the_power_of_psi_that_bit_reversal_gives(string instance, int logN, int bits)
    {
        (var kernels, var tables, var modulus) = Build(instance, logN, bits);
        var values = KernelCase.Residues(tables.Length, modulus.Value, 3);
        var coefficients = Canonical(values, modulus);
        var monomial = new double[tables.Length];
        monomial[1] = 1;
        fixed (double* x = values, y = monomial)
        {
            kernels.ForwardNtt(x, tables);
            kernels.ForwardNtt(y, tables);
        }
        // The transform of X lists the points; the first one is ψ itself.
        var points = Canonical(monomial, modulus);
        var psi = points[0];
        var reversed = BitReversal.Table(logN);
        Assert.That(Oracle.Power(psi, (ulong)tables.Length, modulus.Value), Is.EqualTo(modulus.Value - 1));
        Assert.That(points, Is.EqualTo(reversed.Select(r => Oracle.Power(psi, (ulong)(2 * r + 1), modulus.Value))));
        Assert.That(Canonical(values, modulus), Is.EqualTo(points.Select(point => Oracle.Evaluate(coefficients, point, modulus.Value))));
    }

    [TestCaseSource(nameof(LargeCases))]
    public void Large_transforms_agree_with_the_reference_and_are_centred(string instance, int logN, int bits)
    {
        (var kernels, var tables, var modulus) = Build(instance, logN, bits);
        // The largest admitted inputs first: ±2^52 forward.
        var values = KernelCase.Residues(tables.Length, modulus.Value, 4);
        for (var i = 0; i < values.Length; i += 3)
            values[i] = (i & 1) == 0 ? NttTables.ForwardInputBound : -NttTables.ForwardInputBound;
        var original = Canonical(values, modulus);
        fixed (double* x = values)
        {
            kernels.ForwardNtt(x, tables);
            Assert.That(values.Max(Math.Abs), Is.LessThanOrEqualTo(modulus.P / 2 + 2));
            Assert.That(Canonical(values, modulus), Is.EqualTo(ReferenceForward(original, modulus.Value)));
            kernels.InverseNtt(x, tables, modulus.Centre(tables.LengthInverse));
        }
        Assert.That(values.Max(Math.Abs), Is.LessThanOrEqualTo(modulus.P / 2 + 2));
        Assert.That(Canonical(values, modulus), Is.EqualTo(original));
    }

    [TestCaseSource(nameof(LargeCases))]
    public void Inverse_takes_inputs_of_a_whole_modulus_and_any_factor(string instance, int logN, int bits)
    {
        (var kernels, var tables, var modulus) = Build(instance, logN, bits);
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, tables.Length).Select(_ => random.Next(2) == 0 ? modulus.P - 1 : 1 - modulus.P)];
        var original = Canonical(values, modulus);
        var factor = modulus.Multiply(tables.LengthInverse, 12345);
        fixed (double* x = values)
        {
            kernels.InverseNtt(x, tables, modulus.Centre(factor));
            Assert.That(values.Max(Math.Abs), Is.LessThanOrEqualTo(modulus.P / 2 + 2));
            kernels.ForwardNtt(x, tables);
        }
        Assert.That(Canonical(values, modulus), Is.EqualTo(original.Select(value => Oracle.Multiply(value, 12345, modulus.Value))));
    }

    [Test]
    public void Permuting_values_is_the_automorphism_of_coefficients([Values(7, 10)] int logN, [Values(5, 25, 127, 2)] int choice)
    {
        var n = 1 << logN;
        var element = choice == 2 ? 2 * n - 1 : choice;
        var ring = new RingContext(logN, [PrimeSearch.LargestBelow(36, (ulong)(2 * n), [])], VectorKernels.Default);
        var p = ring.Moduli[0].Value;
        var values = KernelCase.Residues(n, p, 6);
        var image = new double[n];
        for (var i = 0; i < n; i++)
        {
            var exponent = (int)((long)i * element % (2 * n));
            image[exponent % n] = exponent < n ? values[i] : -values[i];
        }
        var permuted = new double[n];
        fixed (double* x = values, y = image, z = permuted)
        {
            ring.ForwardNtt(x, 0);
            ring.ForwardNtt(y, 0);
            ring.ApplyAutomorphism(z, x, ring.Permutation(element));
        }
        Assert.That(Canonical(permuted, ring.Moduli[0]), Is.EqualTo(Canonical(image, ring.Moduli[0])));
    }

    [Test]
    public void Tables_refuse_a_modulus_without_roots_of_unity()
    {
        Assert.That(() => new NttTables(new Modulus(1073741827), 1024, 4), Throws.ArgumentException);
        Assert.That(() => new NttTables(new Modulus(PrimeSearch.LargestBelow(30, 128, [])), 64, 4), Throws.ArgumentException);
    }

    private static (VectorKernels Kernels, NttTables Tables, Modulus Modulus) Build(string instance, int logN, int bits)
    {
        var kernels = KernelCase.Kernels(instance);
        var modulus = new Modulus(PrimeSearch.LargestBelow(bits, 2UL << logN, []));
        return (kernels, new NttTables(modulus, 1 << logN, kernels.Width), modulus);
    }

    private static ulong[] Canonical(double[] values, Modulus modulus) =>
        [.. values.Select(value => Oracle.Canonical(value, modulus.Value))];

    /// <summary>The textbook Cooley-Tukey transform on canonical residues, with the same root as the tables'.</summary>
    private static ulong[] ReferenceForward(ulong[] coefficients, ulong p)
    {
        var n = coefficients.Length;
        ulong psi = 0;
        for (ulong candidate = 2; psi == 0; candidate++)
        {
            var root = Oracle.Power(candidate, (p - 1) / (2 * (ulong)n), p);
            if (Oracle.Power(root, (ulong)n, p) == p - 1)
                psi = root;
        }
        var reversed = BitReversal.Table(System.Numerics.BitOperations.Log2((uint)n));
        var values = (ulong[])coefficients.Clone();
        for (int groups = 1, half = n / 2; groups < n; groups *= 2, half /= 2)
        {
            for (var group = 0; group < groups; group++)
            {
                var w = Oracle.Power(psi, (ulong)reversed[groups + group], p);
                for (var j = 2 * group * half; j < (2 * group + 1) * half; j++)
                {
                    ulong u = values[j], v = Oracle.Multiply(values[j + half], w, p);
                    values[j] = Oracle.Add(u, v, p);
                    values[j + half] = Oracle.Subtract(u, v, p);
                }
            }
        }
        return values;
    }
}
