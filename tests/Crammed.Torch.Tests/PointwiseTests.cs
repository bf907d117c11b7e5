using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class PointwiseTests
{
    private static readonly double[] X = [-2, -0.5, 0.25, 1, 3];
    private static readonly double[] Y = [0.5, 1, 2, 0.25, 4];

    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static IEnumerable<TestCaseData> Unary()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor> ours, Func<double, double> theirs, bool positive = false) =>
            new TestCaseData(ours, theirs, positive).SetName(name);
        yield return Case("abs", x => x.abs(), Math.Abs);
        yield return Case("neg", x => -x, x => -x);
        yield return Case("exp", x => x.exp(), Math.Exp);
        yield return Case("log", x => log(x), Math.Log, positive: true);
        yield return Case("sqrt", x => x.sqrt(), Math.Sqrt, positive: true);
        yield return Case("rsqrt", x => x.rsqrt(), x => 1 / Math.Sqrt(x), positive: true);
        yield return Case("square", x => x.square(), x => x * x);
        yield return Case("reciprocal", x => x.reciprocal(), x => 1 / x);
        yield return Case("sin", x => x.sin(), Math.Sin);
        yield return Case("cos", x => cos(x), Math.Cos);
        yield return Case("tanh", x => x.tanh(), Math.Tanh);
        yield return Case("sigmoid", x => x.sigmoid(), x => 1 / (1 + Math.Exp(-x)));
        yield return Case("relu", x => x.relu(), x => Math.Max(x, 0));
        yield return Case("silu", x => nn.functional.silu(x), x => x / (1 + Math.Exp(-x)));
        yield return Case("pow", x => x.pow(3), x => x * x * x);
        yield return Case("clamp", x => x.clamp(-0.75, 2), x => Math.Clamp(x, -0.75, 2));
        yield return Case("clamp from below", x => x.clamp(min: 0), x => Math.Max(x, 0));
        yield return Case("x + 2", x => x + 2, x => x + 2);
        yield return Case("2 - x", x => 2 - x, x => 2 - x);
        yield return Case("x * 2.5", x => x * 2.5, x => x * 2.5);
        yield return Case("2 / x", x => 2 / x, x => 2 / x);
        yield return Case("x / 4f", x => x / 4f, x => x / 4);
        yield return Case("x % 2", x => x % 2, x => x - 2 * Math.Floor(x / 2));
        yield return Case("add with alpha", x => x.add(3, 2), x => x + 6);
        yield return Case("floor of a quotient", x => x.div(2, RoundingMode.floor), x => Math.Floor(x / 2));
        yield return Case("truncated quotient", x => x.div(2, RoundingMode.trunc), x => Math.Truncate(x / 2));
    }

    [TestCaseSource(nameof(Unary))]
    public void A_function_of_one_tensor(Func<Tensor, Tensor> ours, Func<double, double> theirs, bool positive)
    {
        var input = positive ? Y : X;
        var expected = input.Select(theirs).ToArray();
        Assert.That(Values.Of(ours(Values.Make(input))), Is.EqualTo(expected).Within(Values.Double * 30));
        Assert.That(Values.Of(ours(tensor(input, float32))), Is.EqualTo(expected).Within(Values.Single * 30));
    }

    private static IEnumerable<TestCaseData> Binary()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor, Tensor> ours, Func<double, double, double> theirs) =>
            new TestCaseData(ours, theirs).SetName(name);
        yield return Case("x + y", (x, y) => x + y, (x, y) => x + y);
        yield return Case("x - y", (x, y) => x - y, (x, y) => x - y);
        yield return Case("x * y", (x, y) => x * y, (x, y) => x * y);
        yield return Case("x / y", (x, y) => x / y, (x, y) => x / y);
        yield return Case("x + 3 y", (x, y) => x.add(y, 3), (x, y) => x + 3 * y);
        yield return Case("y ^ x", (x, y) => pow(y, x), (x, y) => Math.Pow(y, x));
        yield return Case("maximum", (x, y) => maximum(x, y), Math.Max);
        yield return Case("minimum", (x, y) => x.minimum(y), Math.Min);
        yield return Case("where", (x, y) => where(x > 0, x, y), (x, y) => x > 0 ? x : y);
        yield return Case("x == y", (x, y) => x == y, (x, y) => x == y ? 1 : 0);
        yield return Case("x != y", (x, y) => x != y, (x, y) => x != y ? 1 : 0);
        yield return Case("x < y", (x, y) => x < y, (x, y) => x < y ? 1 : 0);
        yield return Case("x >= y", (x, y) => x >= y, (x, y) => x >= y ? 1 : 0);
        yield return Case("1 > x", (x, _) => (Scalar)1 > x, (x, _) => x < 1 ? 1 : 0);
        yield return Case("1 <= x", (x, _) => (Scalar)1 <= x, (x, _) => x >= 1 ? 1 : 0);
        yield return Case("and", (x, y) => (x > 0) & (y > 0.5), (x, y) => x > 0 && y > 0.5 ? 1 : 0);
        yield return Case("or, not", (x, y) => ~(x > 0) | (y > 3), (x, y) => x <= 0 || y > 3 ? 1 : 0);
        yield return Case("addcmul_", (x, y) => x.clone().addcmul_(y, y, 0.5), (x, y) => x + 0.5 * y * y);
        yield return Case("addcdiv_", (x, y) => x.clone().addcdiv_(x, y, -2), (x, y) => x - 2 * x / y);
        yield return Case("lerp_", (x, y) => x.clone().lerp_(y, tensor(0.25)), (x, y) => x + 0.25 * (y - x));
        yield return Case("in place", (x, y) => x.clone().add_(1).mul_(y).sub_(2).div_(y).neg_(), (x, y) => -(((x + 1) * y - 2) / y));
    }

    [TestCaseSource(nameof(Binary))]
    public void A_function_of_two_tensors(Func<Tensor, Tensor, Tensor> ours, Func<double, double, double> theirs)
    {
        var expected = X.Zip(Y, theirs).ToArray();
        Assert.That(Values.Of(ours(Values.Make(X), Values.Make(Y))), Is.EqualTo(expected).Within(Values.Double * 30));
    }

    [Test]
    public void Shapes_broadcast()
    {
        var column = Values.Make([1, 2, 3], 3, 1);
        var row = Values.Make([10, 20], 1, 2);
        Assert.That(Values.Of(column + row), Is.EqualTo(new double[] { 11, 21, 12, 22, 13, 23 }));
    }

    [Test]
    public void Not_a_number_and_infinity_are_found()
    {
        var x = Values.Make([double.NaN, double.PositiveInfinity, 1]);
        Assert.That(x.isnan().data<bool>().ToArray(), Is.EqualTo(new[] { true, false, false }));
        Assert.That(isinf(x).data<bool>().ToArray(), Is.EqualTo(new[] { false, true, false }));
        Assert.That(x.isfinite().data<bool>().ToArray(), Is.EqualTo(new[] { false, false, true }));
    }

    [Test]
    public void In_place_operations_return_the_tensor_itself()
    {
        var x = zeros(3);
        Assert.That(x.add_(1).mul_(2), Is.SameAs(x));
        Assert.That(x.fill_(7).zero_(), Is.SameAs(x));
        Assert.That(x.copy_(ones(1)).data<float>().ToArray(), Is.EqualTo(new float[] { 1, 1, 1 }));
    }

    [Test]
    public void Allclose_knows_its_tolerances()
    {
        var (x, y) = (Values.Make([1, 100]), Values.Make([1.0005, 100.05]));
        Assert.That(x.allclose(y), Is.False);
        Assert.That(x.allclose(y, rtol: 1e-3), Is.True);
        Assert.That(allclose(x, y, atol: 1e-3), Is.False);
    }

    [Test]
    public void Gelu_is_x_times_the_normal_distribution_function()
    {
        // 0.5 (1 + erf(1 / sqrt 2)) = 0.841344746068543 (tables of the normal distribution).
        var y = nn.functional.gelu(Values.Make([-1, 0, 1]));
        Assert.That(Values.Of(y), Is.EqualTo([-(1 - 0.841344746068543), 0, 0.841344746068543]).Within(Values.Double));
    }
}
