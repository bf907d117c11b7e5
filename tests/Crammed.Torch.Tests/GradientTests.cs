using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class GradientTests
{
    // A central difference errs by h^2/6 times the third derivative and by about 2^-53 / h times the value: both below 1e-9 here,
    // where values and derivatives stay within some tens.
    private const double Step = 1e-5;
    private const double Tolerance = 1e-7;

    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static IEnumerable<TestCaseData> Functions()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor> function) => new TestCaseData(function).SetName(name);
        var index = new long[] { 2, 0, 2, 1 };
        yield return Case("arithmetic", x => x * x / (2 + x.sum(1, keepdim: true).square()) - 3 * x);
        yield return Case("exp, log, sqrt", x => (x.exp() + 1).log() * (x + 2).sqrt() + (x + 2).rsqrt());
        yield return Case("tanh, sigmoid, gelu, silu", x => x.tanh() + x.sigmoid() * nn.functional.gelu(x) + nn.functional.silu(x));
        yield return Case("pow and abs", x => (x + 2).pow(2.5) + (x + 5).abs());
        yield return Case("softmax", x => x.softmax(1) * x.log_softmax(0));
        yield return Case("matmul", x => x.matmul(x.t()).matmul(x));
        yield return Case("bmm", x => x.reshape(2, 2, 3).bmm(x.reshape(2, 3, 2)));
        yield return Case("einsum", x => einsum("ij,kj->ik", x, x * x));
        yield return Case("layer norm", x => nn.functional.layer_norm(x, [3], Values.Scattered(3), Values.Make([0.5, 0, -1]), 1e-5));
        yield return Case("embedding", x => TorchSharp.Native.Aten.Tensor("embedding", x, tensor(index), -1L));
        yield return Case("gather and index", x => x.gather(0, tensor(index, [1, 4])[.., ..3]) * x[tensor(index)].sum());
        yield return Case("masked fill", x => x.masked_fill(x > 0.5, 2) * x);
        yield return Case("views", x => cat(x.chunk(2, 0), 1).permute(1, 0).unsqueeze(0).expand(2, -1, -1).select(0, 1) * 2);
        yield return Case("var, std, mean", x => x.var(1) * x.std(0).sum() + x.mean([1]));
        yield return Case("max", x => x.max(1).values * x.min());
        yield return Case("where, maximum, clamp", x => where(x > 0.1, x.square(), x)
            + maximum(x, full_like(x, -0.3)) + x.clamp(-0.55, 0.55));
        yield return Case("a filled copy", x => zeros_like(x).copy_(x).mul_(x).add_(x, 2));
        yield return Case("cross entropy", x => nn.functional.cross_entropy(x, tensor(index), label_smoothing: 0.1));
        yield return Case("mse, bce", x => nn.functional.mse_loss(x, full_like(x, 0.25))
            + nn.functional.binary_cross_entropy_with_logits(x, Values.Scattered(4, 3).abs()));
        yield return Case("norm, logsumexp", x => logsumexp(x, 1).norm() + x.norm(1));
    }

    [TestCaseSource(nameof(Functions))]
    public void The_backward_pass_agrees_with_finite_differences(Func<Tensor, Tensor> function)
    {
        double Loss(double[] elements)
        {
            using var inner = NewDisposeScope();
            using var mode = no_grad();
            return (double)Weighted(function(Values.Make(elements, 4, 3)));
        }

        var input = Values.Scattered(4, 3);
        var start = Values.Of(input);
        input.requires_grad = true;
        Weighted(function(input)).backward();

        var expected = start.Select((value, i) =>
        {
            double[] Moved(double by) => [.. start[..i], value + by, .. start[(i + 1)..]];
            return (Loss(Moved(Step)) - Loss(Moved(-Step))) / (2 * Step);
        });
        Assert.That(Values.Of(input.grad!), Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public void Gradients_accumulate_until_they_are_cleared()
    {
        var x = Values.Make([3]).requires_grad_();
        for (var i = 1; i <= 2; i++)
        {
            x.square().sum().backward();
            Assert.That(Values.Of(x.grad!), Is.EqualTo(new double[] { 6 * i }));
        }
        x.grad = null;
        Assert.That(x.grad, Is.Null);
        x.grad = Values.Make([1]);
        x.sum().backward();
        Assert.That(Values.Of(x.grad!), Is.EqualTo(new double[] { 2 }));
    }

    [Test]
    public void A_gradient_of_another_shape_is_refused()
    {
        var x = zeros(3);
        Assert.That(() => x.grad = zeros(2), Throws.TypeOf<ExternalException>());
        Assert.That(() => x.grad = zeros([3], float64), Throws.TypeOf<ExternalException>());
    }

    [Test]
    public void The_backward_pass_takes_weights_and_can_run_twice_where_the_graph_is_retained()
    {
        var x = Values.Make([1, 2]).requires_grad_();
        var y = x.square();
        y.backward([Values.Make([10, 1])], retain_graph: true);
        Assert.That(Values.Of(x.grad!), Is.EqualTo(new double[] { 20, 4 }));
        y.backward([Values.Make([1, 0])]);
        Assert.That(Values.Of(x.grad!), Is.EqualTo(new double[] { 22, 4 }));
        Assert.That(() => y.backward([Values.Make([1, 0])]), Throws.TypeOf<ExternalException>());
    }

    [Test]
    public void Only_chosen_inputs_get_gradients()
    {
        var (x, y) = (Values.Make([2]).requires_grad_(), Values.Make([5]).requires_grad_());
        (x * y).sum().backward(inputs: [y]);
        Assert.That(x.grad, Is.Null);
        Assert.That(Values.Of(y.grad!), Is.EqualTo(new double[] { 2 }));
    }

    [Test]
    public void Second_derivatives_come_from_recorded_gradients()
    {
        var x = Values.Make([2]).requires_grad_();
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Assert.That(Values.Of(first), Is.EqualTo(new double[] { 12 }));
        Assert.That(Values.Of(autograd.grad([first.sum()], [x])[0]), Is.EqualTo(new double[] { 12 }));
        Assert.That(x.grad, Is.Null);
    }

    [Test]
    public void An_unused_input_is_an_error_or_null()
    {
        var (x, y) = (Values.Make([2]).requires_grad_(), Values.Make([5]).requires_grad_());
        Assert.That(() => autograd.grad([x.sum()], [y]), Throws.TypeOf<ExternalException>());
        Assert.That(autograd.grad([x.sum()], [y], allow_unused: true)[0], Is.Null);
    }

    [Test]
    public void Recording_follows_the_mode_of_the_thread()
    {
        var x = zeros(1, requires_grad: true);
        using (no_grad())
        {
            Assert.That((x * 2).requires_grad, Is.False);
            using (enable_grad())
                Assert.That((x * 2).requires_grad, Is.True);
            using (set_grad_enabled(false))
                Assert.That(is_grad_enabled(), Is.False);
        }
        Assert.That((x * 2).requires_grad, Is.True);
        Assert.That((x * 2).detach().requires_grad, Is.False);
        Assert.That((x.is_leaf, (x * 2).is_leaf), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_leaf_that_is_recorded_cannot_change_in_place() =>
        Assert.That(() => zeros(1, requires_grad: true).add_(1),
            Throws.TypeOf<ExternalException>().With.Message.Contains("in-place"));

    [Test]
    public void An_inner_tensor_keeps_its_gradient_on_request()
    {
        var x = Values.Make([3]).requires_grad_();
        var y = x * 2;
        y.retain_grad();
        y.square().sum().backward();
        Assert.That(Values.Of(y.grad!), Is.EqualTo(new double[] { 12 }));
    }

    // One number whose gradient weighs every element of the value differently.
    private static Tensor Weighted(Tensor value) => (value * Values.Scattered(value.shape)).sum();
}
