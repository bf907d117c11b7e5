using System.Numerics;

namespace Crammed.Approximation.Tests;

/// <summary>
/// Plans without keys: a plan computed in doubles is the polynomial, in least depth, with the products that it announces.
/// </summary>
[TestFixture]
internal sealed class PolynomialPlanTests
{
    private static readonly Complex[] Arguments = [-1, -0.73, -0.1, 0, 0.31, 0.5, 0.99, 1];

    [Test]
    public void Plans_are_the_polynomial_in_least_depth([Values] CoefficientKind kind, [Values] PolynomialBasis basis)
    {
        for (var degree = 1; degree <= 127; degree++)
        {
            var coefficients = PolynomialOracle.Coefficients(degree, kind);
            var actual = coefficients.Length - 1;
            var best = PolynomialPlan.Create(coefficients, basis);
            Assert.That((best.Degree, best.Depth), Is.EqualTo((actual, (int)Math.Ceiling(Math.Log2(actual + 1)))));
            foreach (var plan in PolynomialPlan.Candidates(coefficients, basis))
            {
                Assert.That(plan.RelinearizationCount, Is.GreaterThanOrEqualTo(best.RelinearizationCount));
                foreach (var x in Arguments)
                {
                    var run = new PlanRun(plan, x);
                    Assert.That(run.Depth, Is.EqualTo(plan.Depth), $"depth of degree {degree}");
                    Assert.That((run.Products, run.Relinearizations), Is.EqualTo((plan.ProductCount, plan.RelinearizationCount)));
                    // Division doubles coefficients at most once a level, and each of some hundred operations rounds by 2^-53.
                    var tolerance = Math.ScaleB(coefficients.Sum(Complex.Abs), best.Depth - 53 + 7);
                    var difference = run.Value - PolynomialOracle.Evaluate(coefficients, basis, x);
                    Assert.That(Complex.Abs(difference), Is.LessThan(tolerance), $"degree {degree} at {x}");
                }
            }
        }
    }

    [Test]
    public void Division_by_a_basis_polynomial_recomposes() =>
        Law.Holds(Law.Coefficients(127), coefficients =>
        {
            var n = 1 << ChebyshevPolynomial.DepthOfDegree(coefficients.Length - 1) - 1;
            var (quotient, remainder) = PolynomialPlan.Divide([.. coefficients.Select(c => new Complex(c, 0))], n, PolynomialBasis.Chebyshev);
            Assert.That(quotient, Has.Length.LessThanOrEqualTo(n));
            Assert.That(remainder, Has.Length.LessThanOrEqualTo(n));
            var tolerance = 1e-12 * coefficients.Sum(Math.Abs);
            foreach (var angle in new[] { 0, 0.3, 1.1, 2.0, Math.PI })
            {
                var recomposed = At(quotient, angle) * Math.Cos(n * angle) + At(remainder, angle);
                var expected = coefficients.Select((c, i) => c * Math.Cos(i * angle)).Sum();
                Assert.That(recomposed, Is.EqualTo(expected).Within(tolerance));
            }
        });

    [Test]
    public void Basis_steps_come_in_order_and_in_least_depth([Range(1, 127)] int degree)
    {
        var plan = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Real));
        var depths = new Dictionary<int, int> { [0] = 0, [1] = 0 };
        foreach (var step in plan.Powers)
        {
            Assert.That(step.Left + step.Right, Is.EqualTo(step.Index));
            Assert.That(depths, Contains.Key(step.Left).And.ContainKey(step.Right).And.ContainKey(step.Difference), $"T_{step.Index}");
            depths.Add(step.Index, 1 + Math.Max(depths[step.Left], depths[step.Right]));
            Assert.That(depths[step.Index], Is.EqualTo((int)Math.Ceiling(Math.Log2(step.Index))));
            Assert.That(depths[step.Difference], Is.LessThanOrEqualTo(depths[step.Index]));
        }
    }

    [TestCase(15, 7)]
    [TestCase(31, 10)]
    [TestCase(63, 15)]
    [TestCase(127, 20)]
    public void Relinearizations_of_the_degrees_in_use(int degree, int relinearizations)
    {
        var plan = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Real));
        Assert.That(plan.RelinearizationCount, Is.EqualTo(relinearizations));
    }

    /// <summary>
    /// By hand. Degree 3 is (c_2 + 2 c_3 T_1) T_2 + ...: T_2 and one product. Degree 7 is (... T_2 + ...) T_4 + (...) T_2 + ...:
    /// T_2, T_4, one product in the quotient and two in the sum, which share a relinearization.
    /// </summary>
    [TestCase(1, 0, 0)]
    [TestCase(2, 1, 1)]
    [TestCase(3, 2, 2)]
    [TestCase(7, 5, 4)]
    public void Products_of_small_degrees(int degree, int products, int relinearizations)
    {
        var plan = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Real));
        Assert.That((plan.ProductCount, plan.RelinearizationCount), Is.EqualTo((products, relinearizations)));
    }

    /// <summary>
    /// With baby degree b there are b powers, one for each doubling above, at most degree/b quotients and as many splits on the critical
    /// path as its depth: for b next to sqrt(degree), a power of two, below 2 sqrt(2 degree) + 2 depth.
    /// </summary>
    [Test]
    public void Relinearizations_grow_like_the_square_root()
    {
        for (var degree = 1; degree <= 255; degree++)
        {
            var plan = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Real));
            Assert.That(plan.RelinearizationCount, Is.LessThanOrEqualTo(plan.ProductCount));
            Assert.That(plan.RelinearizationCount, Is.LessThanOrEqualTo(2 * Math.Sqrt(2 * degree) + 2 * plan.Depth));
            Assert.That(plan.RelinearizationCount, Is.GreaterThanOrEqualTo(plan.Depth - 1));
        }
    }

    [Test]
    public void Parity_leaves_out_basis_polynomials_of_the_other()
    {
        for (var degree = 2; degree <= 127; degree++)
        {
            var odd = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Odd));
            var even = PolynomialPlan.Create(PolynomialOracle.Coefficients(degree, CoefficientKind.Even));
            Assert.That(odd.Powers.Select(step => step.Index), Has.All.Matches<int>(i => i % 2 == 1 || int.IsPow2(i)));
            Assert.That(even.Powers.Select(step => step.Index), Has.All.Matches<int>(i => i % 2 == 0));
        }
    }

    [Test]
    public void A_single_power_of_two_takes_doublings_only()
    {
        var plan = PolynomialPlan.Create([.. Enumerable.Range(0, 65).Select(i => i == 64 ? 1.0 : 0)]);
        Assert.That((plan.ProductCount, plan.RelinearizationCount, plan.Depth), Is.EqualTo((6, 6, 7)));
    }

    [Test]
    public void Zeros_at_the_end_do_not_count() =>
        Assert.That(PolynomialPlan.Create([1.0, 2, 3, 0, 0, 0]).Depth, Is.EqualTo(2));

    [Test]
    public void Plans_can_be_read()
    {
        var text = PolynomialPlan.Create([.. Enumerable.Range(1, 8).Select(i => (double)i)]).ToString();
        Assert.That(text, Does.StartWith("polynomial of degree 7 in the Chebyshev basis: depth 3, 5 products, 4 relinearizations"));
        Assert.That(text, Does.Contain("+ 4 times").And.Contain("linear combination of 1 1"));
    }

    [Test]
    public void Constants_and_numbers_that_are_none_are_refused()
    {
        Assert.That(() => PolynomialPlan.Create([3.0, 0]), Throws.ArgumentException.With.Message.Contains("constant"));
        Assert.That(() => PolynomialPlan.Create(Array.Empty<double>()), Throws.ArgumentException);
        Assert.That(
            () => PolynomialPlan.Create([1, double.NaN, 2]), Throws.ArgumentException.With.Message.Contains("coefficient 1 is"));
    }

    private static double At(Complex[] coefficients, double angle) => coefficients.Select((c, n) => c.Real * Math.Cos(n * angle)).Sum();

    /// <summary>Runs a plan in doubles, counts, and keeps the depth of every value.</summary>
    private sealed class PlanRun
    {
        private readonly Dictionary<int, (Complex Value, int Depth)> _powers = [];

        public PlanRun(PolynomialPlan plan, Complex x)
        {
            _powers[0] = (1, 0);
            _powers[1] = (x, 0);
            foreach (var step in plan.Powers)
            {
                var (left, leftDepth) = _powers[step.Left];
                var (right, rightDepth) = _powers[step.Right];
                var value = plan.Basis == PolynomialBasis.Chebyshev ? 2 * left * right - _powers[step.Difference].Value : left * right;
                _powers.Add(step.Index, (value, Math.Max(leftDepth, rightDepth) + 1));
                Products++;
                Relinearizations++;
            }
            (Value, Depth) = Run(plan.Root);
        }

        public Complex Value { get; }

        public int Depth { get; }

        public int Products { get; private set; }

        public int Relinearizations { get; private set; }

        private (Complex Value, int Depth) Run(PolynomialNode node)
        {
            var value = node.Constant;
            var depth = 0;
            foreach (var (index, coefficient) in node.Terms)
            {
                value += coefficient * _powers[index].Value;
                depth = Math.Max(depth, _powers[index].Depth);
            }
            foreach (var product in node.Products)
            {
                var (quotient, quotientDepth) = Run(product.Quotient);
                value += quotient * _powers[product.Giant].Value;
                depth = Math.Max(depth, Math.Max(quotientDepth, _powers[product.Giant].Depth));
                Products++;
            }
            Relinearizations += node.Products.Count > 0 ? 1 : 0;
            return (value, depth + 1);
        }
    }
}
