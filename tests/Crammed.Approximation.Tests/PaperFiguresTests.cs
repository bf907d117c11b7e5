namespace Crammed.Approximation.Tests;

/// <summary>
/// The paper reports errors of evaluations on ciphertexts; ours are the polynomials' own, without noise. So our worst bits must be at
/// least the published ones, and equal where the polynomial's error is far above the noise. Averages are compared only there.
/// </summary>
[TestFixture]
public class PaperFiguresTests
{
    [TestCase("inverse", 0.04)]
    [TestCase("inverse", 0.8)]
    [TestCase("tanh", -5)]
    [TestCase("tanh", -16)]
    [TestCase("exp", -2)]
    [TestCase("exp", -13)]
    public void Minimax_is_at_least_as_precise(string function, double low)
    {
        var figure = PaperFigure.Of(function, low);
        var truth = NonPolynomial.Named(function);
        var polynomial = RemezFit.Minimax(truth.Evaluate, figure.Domain, int.Parse(figure.Degree));
        var report = ApproximationReport.Measure(truth.Evaluate, polynomial.Evaluate, figure.Domain);
        TestContext.Out.WriteLine(
            $"{function} {polynomial}: {report.WorstBits:F1} / {report.AverageBits:F1} bits, published {figure.WorstBits} / "
            + $"{figure.AverageBits}");
        Assert.That(report.WorstBits, Is.GreaterThan(figure.WorstBits - 0.05), "published to a tenth of a bit");
    }

    [Test]
    public void Wide_tanh_agrees_since_its_polynomial_error_dominates()
    {
        var figure = PaperFigure.Of("tanh", -16);
        var polynomial = RemezFit.Minimax(Math.Tanh, figure.Domain, int.Parse(figure.Degree));
        var report = ApproximationReport.Measure(Math.Tanh, polynomial.Evaluate, figure.Domain);
        Assert.That(report.WorstBits, Is.EqualTo(figure.WorstBits).Within(0.1));
        Assert.That(report.AverageBits, Is.EqualTo(figure.AverageBits).Within(0.5));
    }

    [Test]
    public void Inverse_square_root_is_at_least_as_precise()
    {
        var figure = PaperFigure.Of("inverse_sqrt", 0.0005);
        var newton = InverseSquareRootNewton.Create(figure.Domain, int.Parse(figure.Degree), steps: 3);
        var report = newton.Report(ErrorKind.Absolute);
        TestContext.Out.WriteLine($"{newton}: {report}, published {figure.WorstBits} / {figure.AverageBits}");
        Assert.That(report.WorstBits, Is.GreaterThan(figure.WorstBits));
        Assert.That(report.AverageBits, Is.GreaterThan(figure.AverageBits));
    }

    [Test]
    public void Power_kernel_is_within_a_bit()
    {
        var figure = PaperFigure.Of("exp", -16384);
        var report = new PowerKernel(14).ErrorAgainstExp(figure.Domain);
        Assert.That(report.WorstBits, Is.EqualTo(figure.WorstBits).Within(1).And.GreaterThan(figure.WorstBits));
    }
}
