using System.Numerics;
using Crammed.Ckks.Tests.Scheme;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>Splits of diagonals, their costs and the diagonals themselves; no keys.</summary>
[TestFixture]
internal sealed class LinearTransformPlanTests
{
    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(100);

    private CkksParameters _parameters = null!;

    [OneTimeSetUp]
    public void SetUp() => _parameters = CkksSetup.Of(NamedParameters.InsecureN11).Parameters;

    [Test]
    public void Splits_partition_the_diagonals()
    {
        Gen<(int Period, int[] Indices, int Bound)> cases =
            from log2Period in Gen.Choose(0, 10)
            from indices in Gen.NonEmptyListOf(Gen.Choose(-2048, 2048))
            from bound in Gen.Choose(1, 100)
            select (1 << log2Period, indices.ToArray(), bound);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var plan = new LinearTransformPlan(_parameters, c.Period, c.Indices, 3, c.Bound);
            int[] sums = [.. plan.GiantSteps.SelectMany(giant => plan.BabyStepsOf(giant).Select(baby => giant + baby))];
            int[] expected = [.. c.Indices.Select(index => (index % c.Period + c.Period) % c.Period).Distinct().Order()];
            Assert.That(sums.Order(), Is.EqualTo(expected));
            Assert.That(plan.Diagonals, Is.EqualTo(expected));
            Assert.That(plan.BabySteps, Has.All.InRange(0, plan.Stride * c.Bound - 1));
            var steps = plan.BabySteps.Concat(plan.GiantSteps);
            Assert.That(plan.Rotations.Select(r => r.Steps), Is.EquivalentTo(steps.Where(step => step != 0).Distinct()));
            Assert.That(plan.Rotations.Select(r => r.Level), Has.All.EqualTo(3));
        }).Check(Settings);
    }

    [Test]
    public void The_default_split_is_the_cheapest_candidate()
    {
        var indices = Gen.NonEmptyListOf(Gen.Choose(0, 1023)).Select(list => list.ToArray());
        Prop.ForAll(indices.ToArbitrary(), chosen =>
        {
            var plan = new LinearTransformPlan(_parameters, 1024, chosen, 8);
            Assert.That(plan.Candidates().Select(candidate => candidate.Cost), Has.All.GreaterThanOrEqualTo(plan.Cost));
            Assert.That(plan.Candidates().Select(candidate => candidate.BabyStepBound), Contains.Item(plan.BabyStepBound));
        }).Check(Settings);
    }

    /// <summary>By hand: with m = 8 the indices 0 ... 63 are 8 baby and 8 giant steps, one of each zero.</summary>
    [Test]
    public void A_dense_matrix_of_64_in_eights()
    {
        var plan = new LinearTransformPlan(_parameters, 64, Enumerable.Range(0, 64), 8, babyStepBound: 8);
        Assert.That(plan.BabySteps, Is.EqualTo(Enumerable.Range(0, 8)));
        Assert.That(plan.GiantSteps, Is.EqualTo(Enumerable.Range(0, 8).Select(i => 8 * i)));
        Assert.That((plan.KeySwitchCount, plan.DecompositionCount, plan.ModDownCount), Is.EqualTo((14, 8, 9)));
        // Nine ciphertext moduli and two special ones; five digits; two polynomials of 2^11 doubles.
        Assert.That(plan.DiagonalBytes, Is.EqualTo(64 * 11 * 2048 * 8));
        Assert.That(plan.KeyBytes, Is.EqualTo(14 * 2 * 5 * 11 * 2048 * 8));
        Assert.That(plan.Depth, Is.EqualTo(1));
        Assert.That(plan.ToString(), Does.Contain("64 diagonals").And.Contain("14 key switches").And.Contain("8 decompositions"));
    }

    /// <summary>A factor of a discrete Fourier transform: strided diagonals on both sides of the main one.</summary>
    [Test]
    public void Strided_diagonals_keep_to_multiples_of_their_stride()
    {
        var plan = new LinearTransformPlan(_parameters, 1024, Enumerable.Range(-7, 15).Select(k => 64 * k), 8, babyStepBound: 8);
        Assert.That(plan.Stride, Is.EqualTo(64));
        Assert.That(plan.BabySteps, Is.EqualTo(Enumerable.Range(0, 8).Select(k => 64 * k)));
        Assert.That(plan.GiantSteps, Is.EqualTo(new[] { 0, 1024 - 512 }));
        Assert.That((plan.KeySwitchCount, plan.DecompositionCount, plan.ModDownCount), Is.EqualTo((8, 2, 3)));
    }

    [Test]
    public void The_main_diagonal_alone_needs_no_keys()
    {
        var plan = new LinearTransformPlan(_parameters, 8, [0], 1);
        Assert.That(plan.Rotations, Is.Empty);
        Assert.That((plan.KeySwitchCount, plan.DecompositionCount, plan.ModDownCount, plan.KeyBytes), Is.EqualTo((0, 0, 2, 0)));
    }

    [Test]
    public void Arguments_are_checked()
    {
        Assert.That(() => new LinearTransformPlan(_parameters, 8, [], 1), Throws.ArgumentException);
        Assert.That(() => new LinearTransformPlan(_parameters, 12, [1], 1), Throws.ArgumentException.With.Message.Contains("not 12"));
        Assert.That(() => new LinearTransformPlan(_parameters, 2048, [1], 1), Throws.ArgumentException.With.Message.Contains("1024"));
        Assert.That(
            () => new LinearTransformPlan(_parameters, 8, [1], 0),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("one level"));
        Assert.That(() => new LinearTransformPlan(_parameters, 8, [1], 9), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LinearTransformPlan(_parameters, 8, [1], 1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Diagonals_of_a_matrix_are_its_entries()
    {
        Complex[,] matrix = { { 1, 2, 0 }, { new Complex(0, 3), 0, 4 } };
        var diagonals = GeneralizedDiagonals.OfMatrix(matrix);
        Assert.That(diagonals.Period, Is.EqualTo(4));
        Assert.That(diagonals.Indices, Is.EqualTo(new[] { 0, 1, 3 }));
        Assert.That(diagonals[0].ToArray(), Is.EqualTo(new Complex[] { 1, 0, 0, 0 }));
        Assert.That(diagonals[1].ToArray(), Is.EqualTo(new Complex[] { 2, 4, 0, 0 }));
        Assert.That(diagonals[3].ToArray(), Is.EqualTo(new Complex[] { 0, new(0, 3), 0, 0 }));
    }

    [Test]
    public void Diagonals_are_checked()
    {
        KeyValuePair<int, Complex[]> One(int index, int length) => new(index, [.. Enumerable.Repeat(Complex.One, length)]);
        Assert.That(() => new GeneralizedDiagonals(3, [One(0, 3)]), Throws.ArgumentException.With.Message.Contains("power of two"));
        Assert.That(() => new GeneralizedDiagonals(4, [One(1, 3)]), Throws.ArgumentException.With.Message.Contains("3 values instead"));
        Assert.That(() => new GeneralizedDiagonals(4, [One(-1, 4), One(3, 4)]), Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That(() => new GeneralizedDiagonals(4, [new(1, new Complex[4])]), Throws.ArgumentException.With.Message.Contains("zero"));
        Assert.That(() => GeneralizedDiagonals.OfMatrix(new double[2, 2]), Throws.ArgumentException);
    }
}
