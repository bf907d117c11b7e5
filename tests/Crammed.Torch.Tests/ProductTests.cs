using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

[NonParallelizable]
internal sealed class ProductTests
{
    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    // The product of row-major stacks (b, n, m) and (b, m, p), term by term.
    private static double[] Multiply(double[] left, double[] right, int b, int n, int m, int p)
    {
        var result = new double[b * n * p];
        for (var s = 0; s < b; s++)
            for (var i = 0; i < n; i++)
                for (var j = 0; j < p; j++)
                    for (var k = 0; k < m; k++)
                        result[(s * n + i) * p + j] += left[(s * n + i) * m + k] * right[(s * m + k) * p + j];
        return result;
    }

    [TestCase(1, 1, 1, 1)]
    [TestCase(3, 2, 5, 4)]
    [TestCase(7, 33, 17, 9)]
    [TestCase(2, 64, 128, 64)]
    [TestCase(4, 3, 0, 2)]
    [TestCase(0, 3, 2, 2)]
    public void Bmm_is_the_sum_of_products(int b, int n, int m, int p)
    {
        var (left, right) = (Values.Scattered(b, n, m), Values.Scattered(b, m, p));
        var expected = Multiply(Values.Of(left), Values.Of(right), b, n, m, p);
        // Sums of m products below 1 round by m^2 / 2 units of 2^-53 at most; float32 likewise with 2^-24.
        var units = Math.Max(1, m) * Math.Max(1, m);
        Assert.That(Values.Of(left.bmm(right)), Is.EqualTo(expected).Within(units * Math.Pow(2, -53)));
        Assert.That(Values.Of(bmm(left.to(float32), right.to(float32))), Is.EqualTo(expected).Within(units * Math.Pow(2, -23)));
        Assert.That(left.bmm(right).shape, Is.EqualTo(new long[] { b, n, p }));
    }

    [Test]
    public void Bmm_takes_views_that_are_not_contiguous()
    {
        var (left, right) = (Values.Scattered(4, 6, 3), Values.Scattered(5, 6, 3));
        var product = left.permute(2, 0, 1).bmm(right.permute(2, 1, 0));
        Assert.That(product.allclose(einsum("ijb,kjb->bik", left, right), 0, Values.Double), Is.True);
        Assert.That(product.allclose(stack(Enumerable.Range(0, 3).Select(b => left.select(2, b).mm(right.select(2, b).t()))), 0,
            Values.Double), Is.True);
    }

    [Test]
    public void Bmm_does_not_depend_on_the_number_of_threads()
    {
        var (left, right) = (randn(24, 65, 64), randn(24, 64, 65));
        var threads = get_num_threads();
        var products = new List<double[]>();
        foreach (var count in new[] { 1, 2, 3 })
        {
            set_num_threads(count);
            products.Add(Values.Of(left.bmm(right)));
        }
        set_num_threads(threads);
        Assert.That(products[1], Is.EqualTo(products[0]));
        Assert.That(products[2], Is.EqualTo(products[0]));
    }

    [Test]
    public void Bmm_refuses_what_does_not_fit()
    {
        Assert.That(() => zeros(2, 3, 4).bmm(zeros(2, 3, 4)), Throws.TypeOf<ExternalException>().With.Message.Contains("(b, m, p)"));
        Assert.That(() => zeros(2, 3, 4).bmm(zeros(3, 4, 5)), Throws.TypeOf<ExternalException>());
        Assert.That(() => zeros(3, 4).bmm(zeros(4, 5)), Throws.TypeOf<ExternalException>());
        Assert.That(() => zeros(1, 3, 4).bmm(zeros([1, 4, 5], float64)), Throws.TypeOf<ExternalException>());
    }

    [Test]
    public void Products_agree_with_one_another()
    {
        var (x, y) = (Values.Scattered(3, 5), Values.Scattered(5, 2));
        var expected = Multiply(Values.Of(x), Values.Of(y), 1, 3, 5, 2);
        var tolerance = 25 * Math.Pow(2, -53);
        Assert.That(Values.Of(x.mm(y)), Is.EqualTo(expected).Within(tolerance));
        Assert.That(Values.Of(matmul(x, y)), Is.EqualTo(expected).Within(tolerance));
        Assert.That(Values.Of(einsum("ij,jk->ik", x, y)), Is.EqualTo(expected).Within(tolerance));
        Assert.That(Values.Of(nn.functional.linear(x, y.t())), Is.EqualTo(expected).Within(tolerance));
        Assert.That(Values.Of(zeros([3, 2], float64).addmm(x, y, alpha: 2)), Is.EqualTo(expected.Select(v => 2 * v)).Within(tolerance));
        Assert.That(Values.Of(outer(x.select(0, 0), x.select(0, 1)).select(1, 0)), Is.EqualTo(Values.Of(x.select(0, 0) * x[1, 0])));
        var (first, second) = (y.select(1, 0), y.select(1, 1));
        Assert.That((double)dot(first, second), Is.EqualTo((double)(first * second).sum()).Within(tolerance));
    }

    [Test]
    public void Matmul_broadcasts_leading_dimensions()
    {
        var (x, y) = (Values.Scattered(2, 1, 3, 4), Values.Scattered(5, 4, 2));
        var product = x.matmul(y);
        Assert.That(product.shape, Is.EqualTo(new long[] { 2, 5, 3, 2 }));
        Assert.That(Values.Of(product[1, 3]), Is.EqualTo(Values.Of(x[1, 0].mm(y[3]))).Within(Values.Double));
    }
}
