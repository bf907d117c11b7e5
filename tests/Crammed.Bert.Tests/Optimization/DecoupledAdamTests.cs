using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert.Tests;

public class DecoupledAdamTests
{
    private const double Beta1 = 0.9, Beta2 = 0.99, Epsilon = 0.02, Decay = 0.1;

    /// <summary>REFERENCE section 4 in scalar code; both sides are double, a few operations a step, so 1e-13 of values near 1.</summary>
    [TestCase(EpsilonPlacement.InsideRoot)]
    [TestCase(EpsilonPlacement.OutsideRoot)]
    public void Steps_equal_scalar_code(EpsilonPlacement placement)
    {
        var gradients = Tiny.Gaussian(1, 12);
        double[] expected = [0.5, -1.5, 2];
        var (m, v) = (new double[3], new double[3]);
        using var value = torch.tensor(expected).requires_grad_();
        using var free = torch.tensor(new double[] { 1, 1, 1 }).requires_grad_();
        using var optimizer = new DecoupledAdam(
            [new TrainedTensor("a", value, Decays: true), new TrainedTensor("b", free, Decays: false)],
            Beta1,
            Beta2,
            Epsilon,
            Decay,
            placement);
        for (var step = 1; step <= 4; step++)
        {
            using var scope = torch.NewDisposeScope();
            var rate = 0.1 / step;
            var gradient = gradients[((step - 1) * 3)..(step * 3)];
            optimizer.ZeroGradients();
            (value * torch.tensor(gradient)).sum().backward();
            optimizer.Step(rate);
            for (var i = 0; i < 3; i++)
            {
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * gradient[i]);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * gradient[i] * gradient[i]);
                var mHat = m[i] / (1 - Math.Pow(Beta1, step));
                var vHat = v[i] / (1 - Math.Pow(Beta2, step));
                var root = placement == EpsilonPlacement.InsideRoot ? Math.Sqrt(vHat + Epsilon) : Math.Sqrt(vHat) + Epsilon;
                expected[i] -= rate * Decay * expected[i];
                expected[i] -= rate * mHat / root;
            }

            Assert.That(Tiny.Difference(value.ToFloat64Array(), expected), Is.LessThan(1e-13));
        }

        Assert.That(free.ToFloat64Array(), Is.All.EqualTo(1), "a tensor without gradient stays");
    }

    [Test]
    public void Usual_placement_equals_the_library()
    {
        using var scope = torch.NewDisposeScope();
        var mine = torch.tensor(Tiny.Gaussian(5, 6)).requires_grad_();
        var library = new Parameter(mine.detach().clone());
        using var optimizer = new DecoupledAdam(
            [new TrainedTensor("a", mine, true)], Beta1, Beta2, Epsilon, Decay, EpsilonPlacement.OutsideRoot);
        using var reference = torch.optim.AdamW([library], 0.05, Beta1, Beta2, Epsilon, Decay);
        for (var step = 0; step < 5; step++)
        {
            optimizer.ZeroGradients();
            reference.zero_grad();
            mine.square().sum().backward();
            library.square().sum().backward();
            optimizer.Step(0.05);
            reference.step();
        }

        // Orders of operations differ; a dozen roundings a step of values near 1.
        Assert.That(Tiny.Difference(mine.ToFloat64Array(), library.ToFloat64Array()), Is.LessThan(1e-13));
    }
}
