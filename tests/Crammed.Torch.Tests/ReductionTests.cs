using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class ReductionTests
{
    private static readonly double[] Elements = [1, -2, 4, 0.5, 3, -1];

    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static Tensor Matrix() => Values.Make(Elements, 2, 3);

    private static double Variance(double[] values, double divisor)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / divisor;
    }

    private static IEnumerable<TestCaseData> Cases()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor> act, params double[] expected) => new TestCaseData(act, expected).SetName(name);
        double[] first = Elements[..3], second = Elements[3..];
        yield return Case("sum", x => x.sum(), 5.5);
        yield return Case("sum of rows", x => x.sum(1), 3, 2.5);
        yield return Case("sum of columns, kept", x => x.sum([0], keepdim: true), 1.5, 1, 3);
        yield return Case("sum over two dimensions", x => x.unsqueeze(0).sum(0, 2), 3, 2.5);
        yield return Case("sum as float32", x => sum(x, 1, type: float32), 3, 2.5);
        yield return Case("mean", x => x.mean(), 5.5 / 6);
        yield return Case("mean of rows", x => mean(x, [1]), 1, 2.5 / 3);
        yield return Case("var", x => x.var(), Variance(Elements, 5));
        yield return Case("var of rows, biased", x => x.var(1, unbiased: false), Variance(first, 3), Variance(second, 3));
        yield return Case("std of rows", x => std(x, 1), Math.Sqrt(Variance(first, 2)), Math.Sqrt(Variance(second, 2)));
        yield return Case("max", x => x.max(), 4);
        yield return Case("min", x => min(x), -2);
        yield return Case("max of rows", x => x.max(1).values, 4, 3);
        yield return Case("where the max of rows is", x => x.max(1).indices, 2, 1);
        yield return Case("min of columns", x => x.min(0, keepdim: true).values, 0.5, -2, -1);
        yield return Case("argmax", x => x.argmax(), 2);
        yield return Case("argmax of columns", x => argmax(x, 0), 0, 1, 0);
        yield return Case("argsort", x => x.argsort(1, descending: true), 2, 0, 1, 1, 0, 2);
        yield return Case("sort", x => x.sort(1).Values, -2, 1, 4, -1, 0.5, 3);
        yield return Case("topk", x => x.topk(2).values, 4, 1, 3, 0.5);
        yield return Case("norm", x => x.norm(), Math.Sqrt(1 + 4 + 16 + 0.25 + 9 + 1));
        yield return Case("1-norm of rows", x => x.norm(1, p: 1), 7, 4.5);
        yield return Case("all and any", x => stack([(x > -5).all(), (x > 5).any(), any(x > 3)]), 1, 0, 1);
        yield return Case("logsumexp", x => logsumexp(x, 1),
            Math.Log(first.Sum(Math.Exp)), Math.Log(second.Sum(Math.Exp)));
        yield return Case("softmax", x => x.softmax(1),
            [.. first.Select(v => Math.Exp(v) / first.Sum(Math.Exp)), .. second.Select(v => Math.Exp(v) / second.Sum(Math.Exp))]);
        yield return Case("log_softmax", x => x.log_softmax(1),
            [.. first.Select(v => v - Math.Log(first.Sum(Math.Exp))), .. second.Select(v => v - Math.Log(second.Sum(Math.Exp)))]);
    }

    [TestCaseSource(nameof(Cases))]
    public void A_reduction_by_hand(Func<Tensor, Tensor> act, double[] expected) =>
        Assert.That(Values.Of(act(Matrix())), Is.EqualTo(expected).Within(Values.Double));

    [Test]
    public void A_kept_dimension_has_size_one()
    {
        Assert.That(Matrix().sum(1, keepdim: true).shape, Is.EqualTo(new long[] { 2, 1 }));
        Assert.That(Matrix().sum(1).shape, Is.EqualTo(new long[] { 2 }));
        Assert.That(Matrix().sum().shape, Is.Empty);
    }

    [Test]
    public void The_type_of_a_sum_can_be_chosen() =>
        Assert.That(arange(5).sum(float64).dtype, Is.EqualTo(ScalarType.Float64));
}
