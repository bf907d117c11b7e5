using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>Every element-wise kernel under every instance against 128-bit integers, extremes included; results must be reduced.</summary>
[TestFixtureSource(typeof(KernelCase), nameof(KernelCase.InstancesAndPrimes))]
internal sealed unsafe class KernelTests(string instance, ulong p)
{
    private const int Length = 352;

    private readonly VectorKernels _kernels = KernelCase.Kernels(instance);
    private readonly Modulus _modulus = new(p);
    private readonly double[] _x = KernelCase.Residues(Length, p, 1);
    private readonly double[] _y = KernelCase.Residues(Length, p, 2);
    private readonly double[] _z = KernelCase.Residues(Length, p, 3);
    private readonly double _constant = -Math.Floor(p / 2.0);

    private delegate void Kernel(double* destination, double* x, double* y);

    [Test]
    public void Sums_and_differences()
    {
        AssertKernel((d, x, y) => _kernels.Add(d, x, y, Length, _modulus), i => Oracle.Add(X(i), Y(i), p));
        AssertKernel((d, x, y) => _kernels.Subtract(d, x, y, Length, _modulus), i => Oracle.Subtract(X(i), Y(i), p));
        AssertKernel((d, x, y) => _kernels.Negate(d, x, Length), i => Oracle.Subtract(0, X(i), p));
        AssertKernel((d, x, y) => _kernels.AddConstant(d, x, _constant, Length, _modulus), i => Oracle.Add(X(i), C, p));
    }

    [Test]
    public void Products()
    {
        AssertKernel((d, x, y) => _kernels.Multiply(d, x, y, Length, _modulus), i => Oracle.Multiply(X(i), Y(i), p));
        AssertKernel(
            (d, x, y) => _kernels.MultiplyAdd(d, x, y, Length, _modulus), i => Oracle.Add(Z(i), Oracle.Multiply(X(i), Y(i), p), p));
        AssertKernel((d, x, y) => _kernels.MultiplyConstant(d, x, _constant, Length, _modulus), i => Oracle.Multiply(X(i), C, p));
        AssertKernel(
            (d, x, y) => _kernels.MultiplyConstantAdd(d, x, _constant, Length, _modulus),
            i => Oracle.Add(Z(i), Oracle.Multiply(X(i), C, p), p));
    }

    [Test]
    public void Differences_times_a_factor()
    {
        AssertKernel(
            (d, x, y) => _kernels.SubtractMultiply(d, x, y, _constant, Length, _modulus),
            i => Oracle.Multiply(Oracle.Subtract(X(i), Y(i), p), C, p));
        var factor = _modulus.Centre(_modulus.Value / 3);
        AssertKernel(
            (d, x, y) => _kernels.SubtractMultiplyAdd(d, x, y, _constant, d, factor, Length, _modulus),
            i => Oracle.Add(Oracle.Multiply(Oracle.Subtract(X(i), Y(i), p), C, p), Oracle.Multiply(Z(i), p / 3, p), p));
    }

    [Test]
    public void Products_take_one_operand_up_to_2_to_the_53()
    {
        double[] large = [.. Enumerable.Range(0, Length).Select(i => (i % 2 == 0 ? 1 : -1) * ((1L << 53) - 17.0 * i))];
        var result = new double[Length];
        fixed (double* source = large, destination = result)
            _kernels.MultiplyConstant(destination, source, _modulus.Centre(C), Length, _modulus);
        for (var i = 0; i < Length; i++)
            Assert.That(Oracle.Canonical(result[i], p), Is.EqualTo(Oracle.Multiply(Oracle.Canonical(large[i], p), C, p)));
    }

    [Test]
    public void Reduction_is_exact_up_to_2_to_the_52_times_p()
    {
        var random = new Random(9);
        var limit = Math.ScaleB(p, 52);
        double[] large = [.. Enumerable.Range(0, Length).Select(i => i switch
        {
            0 => Math.BitDecrement(limit),
            1 => -Math.BitDecrement(limit),
            2 => p / 2 + 1,
            3 => -0.0,
            _ => Math.Round((2 * random.NextDouble() - 1) * Math.Pow(2, random.NextDouble() * Math.Log2(limit))),
        })];
        var result = new double[Length];
        fixed (double* source = large, destination = result)
            _kernels.Reduce(destination, source, Length, _modulus);
        for (var i = 0; i < Length; i++)
        {
            Assert.That(Oracle.Canonical(result[i], p), Is.EqualTo(Oracle.Canonical(large[i], p)), $"{large[i]:R}");
            Assert.That(Math.Abs(result[i]), Is.LessThanOrEqualTo(p / 2.0 + 2));
        }
    }

    [Test]
    public void Scaling_rounds_to_nearest_even()
    {
        double[] values = [0.25, 0.5, 0.75, 1.25, -0.25, -0.75, 1e9 / 3, -1e9 / 3, .. Enumerable.Range(0, 24).Select(i => i * 0.37)];
        var result = new double[values.Length];
        fixed (double* source = values, destination = result)
            _kernels.ScaleAndRound(destination, source, 2, values.Length);
        Assert.That(result, Is.EqualTo(values.Select(value => Math.Round(2 * value, MidpointRounding.ToEven))));
    }

    private ulong C => Oracle.Canonical(_constant, p);

    private ulong X(int i) => Oracle.Canonical(_x[i], p);

    private ulong Y(int i) => Oracle.Canonical(_y[i], p);

    private ulong Z(int i) => Oracle.Canonical(_z[i], p);

    /// <summary>Runs a kernel on x and y, its destination filled with z, and compares each lane.</summary>
    private void AssertKernel(Kernel kernel, Func<int, ulong> expected, double bound = 0.8)
    {
        double[] result = [.. _z];
        fixed (double* destination = result, x = _x, y = _y)
            kernel(destination, x, y);
        for (var i = 0; i < Length; i++)
        {
            Assert.That(Oracle.Canonical(result[i], p), Is.EqualTo(expected(i)), $"lane {i}: x {_x[i]}, y {_y[i]}, z {_z[i]}");
            Assert.That(Math.Abs(result[i]), Is.LessThanOrEqualTo(bound * p + 2), $"lane {i} is not reduced");
        }
    }
}
