using TorchSharp;

namespace Crammed.Bert.Tests;

public class NesterovDescentTests
{
    private const double Momentum = 0.9, Decay = 0.1;

    /// <summary>Sutskever's formula in scalar code; both sides are double, a few operations a step, so 1e-13 of values near 1.</summary>
    [Test]
    public void Steps_equal_scalar_code()
    {
        var gradients = Tiny.Gaussian(2, 12);
        double[] expected = [0.5, -1.5, 2];
        var velocity = new double[3];
        using var value = torch.tensor(expected).requires_grad_();
        using var free = torch.tensor(new double[] { 1, 1, 1 }).requires_grad_();
        using var optimizer = new NesterovDescent(
            [new TrainedTensor("a", value, Decays: true), new TrainedTensor("b", free, Decays: false)], Momentum, Decay);
        for (var step = 1; step <= 4; step++)
        {
            using var scope = torch.NewDisposeScope();
            var rate = 0.1 / step;
            var gradient = gradients[((step - 1) * 3)..(step * 3)];
            optimizer.ZeroGradients();
            (value * torch.tensor(gradient)).sum().backward();
            optimizer.Step(rate, observer: null);
            for (var i = 0; i < 3; i++)
            {
                velocity[i] = Momentum * velocity[i] + gradient[i];
                expected[i] -= rate * (Decay * expected[i] + gradient[i] + Momentum * velocity[i]);
            }
            Assert.That(Tiny.Difference(value.ToFloat64Array(), expected), Is.LessThan(1e-13));
        }
        Assert.That(free.ToFloat64Array(), Is.All.EqualTo(1), "a tensor without gradient stays");
    }

    /// <summary>Without decay the library's own, at a constant rate: its momentum buffer begins with the first gradient.</summary>
    [Test]
    public void At_a_constant_rate_it_is_the_library_s()
    {
        using var scope = torch.NewDisposeScope();
        var mine = torch.tensor(Tiny.Gaussian(5, 6)).requires_grad_();
        var library = new TorchSharp.Modules.Parameter(mine.detach().clone());
        using var optimizer = new NesterovDescent([new TrainedTensor("a", mine, true)], Momentum, 0);
        using var reference = torch.optim.SGD([library], 0.05, Momentum, nesterov: true);
        for (var step = 0; step < 5; step++)
        {
            var target = torch.tensor(Tiny.Gaussian(10 + step, 6));
            optimizer.ZeroGradients();
            reference.zero_grad();
            (mine - target).square().sum().backward();
            (library - target).square().sum().backward();
            optimizer.Step(0.05, observer: null);
            reference.step();
            Assert.That(Tiny.Difference(mine.ToFloat64Array(), library.ToFloat64Array()), Is.LessThan(1e-12));
        }
    }
}
