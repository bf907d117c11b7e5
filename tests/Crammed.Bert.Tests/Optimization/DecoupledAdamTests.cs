using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert.Tests;

public class DecoupledAdamTests
{
    private const double Beta1 = 0.9, Beta2 = 0.99, Epsilon = 0.02, Decay = 0.1;

    /// <summary>REFERENCE section 4 in scalar code; both sides are double, a few operations a step, so 1e-13 of values near 1.</summary>
    [TestCase(OptimizerKind.AdamwHe)]
    [TestCase(OptimizerKind.Adamw)]
    public void Steps_equal_scalar_code(OptimizerKind kind)
    {
        var gradients = Tiny.Gaussian(1, 12);
        double[] expected = [0.5, -1.5, 2];
        var (m, v) = (new double[3], new double[3]);
        using var value = torch.tensor(expected).requires_grad_();
        using var free = torch.tensor(new double[] { 1, 1, 1 }).requires_grad_();
        using var optimizer = new DecoupledAdam(
            [new TrainedTensor("a", value, Decays: true), new TrainedTensor("b", free, Decays: false)],
            kind,
            Beta1,
            Beta2,
            Epsilon,
            Decay);
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
                var root = kind == OptimizerKind.AdamwHe ? Math.Sqrt(vHat + Epsilon) : Math.Sqrt(vHat) + Epsilon;
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
            [new TrainedTensor("a", mine, true)], OptimizerKind.Adamw, Beta1, Beta2, Epsilon, Decay);
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

    /// <summary>
    /// Three Newton steps square a relative error e of the minimax polynomial three times, to about (3/2)^7 e^8; e is below 0.1 at degree
    /// 127 over a ratio of 2000, so 2e-7 is left. The paper's table 13 has 24.6 bits on average, 4e-8.
    /// </summary>
    [Test]
    public void The_polynomial_root_is_the_root_on_its_domain()
    {
        using var scope = torch.NewDisposeScope();
        var root = new PolynomialRoot(Epsilon);
        Assert.That(root.Largest, Is.EqualTo(1999 * Epsilon).Within(1e-12));
        var v = Enumerable.Range(0, 5001).Select(i => root.Largest * Math.Pow(i / 5000.0, 4)).ToArray();
        var inverse = root.Inverse(torch.tensor(v)).ToFloat64Array();
        var errors = inverse.Zip(v, (value, x) => Math.Abs((value * Math.Sqrt(x + Epsilon)) - 1)).ToArray();
        Assert.That(errors.Max(), Is.LessThan(2e-7));
        Assert.That(errors.Average(), Is.LessThan(Math.Pow(2, -24.6)));
    }

    [Test]
    public void Steps_by_the_polynomial_are_those_by_the_root_and_beyond_its_domain_none_is_taken()
    {
        using var scope = torch.NewDisposeScope();
        var (exact, approximate) = (torch.tensor(Tiny.Gaussian(6, 4)).requires_grad_(), torch.tensor(Tiny.Gaussian(6, 4)).requires_grad_());
        using var first = new DecoupledAdam([new TrainedTensor("a", exact, true)], OptimizerKind.AdamwHe, Beta1, Beta2, Epsilon, Decay);
        using var second = new DecoupledAdam(
            [new TrainedTensor("a", approximate, true)], OptimizerKind.AdamwHePolynomial, Beta1, Beta2, Epsilon, Decay);
        foreach (var (value, optimizer) in new[] { (exact, first), (approximate, second) })
        {
            for (var step = 0; step < 5; step++)
            {
                optimizer.ZeroGradients();
                value.square().sum().backward();
                optimizer.Step(0.05);
            }
        }

        // Each step moves by 0.05 times at most 1 / sqrt(1 - beta2) = 10, to 2e-7 of that; later gradients differ by as much again.
        Assert.That(Tiny.Difference(approximate.ToFloat64Array(), exact.ToFloat64Array()), Is.LessThan(5 * 5 * 0.5 * 2e-7).And.GreaterThan(0));

        var before = approximate.ToFloat64Array();
        second.ZeroGradients();
        (approximate * 1000).sum().backward();
        Assert.That(
            () => second.Step(0.05),
            Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("the second moment of a is").And.Message.Contains("at step 6; raise epsilon"));
        Assert.That(approximate.ToFloat64Array(), Is.EqualTo(before));
    }
}
