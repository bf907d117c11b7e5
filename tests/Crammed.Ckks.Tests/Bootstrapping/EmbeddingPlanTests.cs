namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Levels, stages, keys and bytes of plans; no keys are made.</summary>
[TestFixture]
internal sealed class EmbeddingPlanTests
{
    private const EmbeddingDirection Down = EmbeddingDirection.SlotsToCoeffs;
    private const EmbeddingDirection Up = EmbeddingDirection.CoeffsToSlots;

    private CkksParameters _parameters = null!;

    [OneTimeSetUp]
    public void SetUp() => _parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    [TestCase(Down, 1024, 3, new[] { 3, 3, 4 })]
    [TestCase(Up, 1024, 4, new[] { 3, 3, 2, 2 })]
    [TestCase(Up, 32768, 4, new[] { 4, 4, 4, 3 })]
    [TestCase(Down, 32768, 3, new[] { 5, 5, 5 })]
    [TestCase(Down, 2, 1, new[] { 1 })]
    [TestCase(Up, 64, 6, new[] { 1, 1, 1, 1, 1, 1 })]
    public void Stages_are_shared_out_evenly(EmbeddingDirection direction, int slots, int levels, int[] expected) =>
        Assert.That(EmbeddingPlan.EvenStages(direction, slots, levels), Is.EqualTo(expected));

    [Test]
    public void Plans_of_a_parameter_set_end_at_the_bottom_and_begin_at_the_top()
    {
        var down = EmbeddingPlan.ForBootstrapping(_parameters, Down, 1024);
        var up = EmbeddingPlan.ForBootstrapping(_parameters, Up, 1024);
        Assert.That((down.Level, down.Depth), Is.EqualTo((3, 3)));
        Assert.That((up.Level, up.Depth), Is.EqualTo((_parameters.MaxLevel, 4)));
        // Four slots have two stages.
        var fewDown = EmbeddingPlan.ForBootstrapping(_parameters, Down, 4);
        var fewUp = EmbeddingPlan.ForBootstrapping(_parameters, Up, 4);
        Assert.That((fewDown.Level, fewDown.Depth), Is.EqualTo((2, 2)));
        Assert.That((fewUp.Level, fewUp.Depth), Is.EqualTo((_parameters.MaxLevel, 2)));
        var without = CkksParameters.Create(NamedParameters.InsecureN11);
        Assert.That(
            () => EmbeddingPlan.ForBootstrapping(without, Up, 1024),
            Throws.ArgumentException.With.Message.Contains("insecure-N11 has no levels"));
    }

    /// <summary>By hand, with one baby step: every diagonal but the main one is a rotation of its own.</summary>
    [Test]
    public void Keys_are_merged_at_their_highest_level()
    {
        var plan = new EmbeddingPlan(_parameters, Down, 8, 5, [2, 1], candidate => candidate.BabyStepBound);
        // Blocks of 4: diagonals 0 to 3 on both sides, modulo 8; then 0 and 4.
        Assert.That(plan.Factors[0].Diagonals, Is.EqualTo(new[] { 0, 1, 2, 3, 5, 6, 7 }));
        Assert.That(plan.Factors[1].Diagonals, Is.EqualTo(new[] { 0, 4 }));
        Assert.That(
            plan.Rotations, Is.EqualTo(new[] { (1, 5), (2, 5), (3, 5), (4, 4), (5, 5), (6, 5), (7, 5) }));
        // Four limbs to a digit: two digits of 10 or 9 limbs, two polynomials of 2^11 doubles.
        Assert.That(plan.KeyBytes, Is.EqualTo(2 * 2 * (6 * 10 + 9) * 2048 * 8));
        Assert.That(plan.DiagonalBytes, Is.EqualTo((7 * 10 + 2 * 9) * 2048 * 8));
        Assert.That(plan.Depth, Is.EqualTo(2));
        Assert.That(plan.ToString(), Does.StartWith("SlotsToCoeffs of 8 slots from level 5 in 2 levels of 2+1 stages: 9 diagonals"));
        Assert.That(plan.ToString(), Does.Contain("7 key switches, 7 keys of"));
    }

    /// <summary>A rotation of two factors is made once, for the higher level, and counts once.</summary>
    [Test]
    public void Keys_of_several_factors_count_once()
    {
        // Baby steps of all stages: 1 ... 3 and 8 - 4 = 4 as the giant step of the negative side; then 4 and 0 alone.
        var plan = new EmbeddingPlan(_parameters, Down, 8, 5, [2, 1], candidate => Math.Abs(candidate.BabyStepBound - 4));
        Assert.That(plan.Factors.Select(factor => factor.Rotations.Count), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(plan.Rotations, Is.EqualTo(new[] { (1, 5), (2, 5), (3, 5), (4, 5) }));
        Assert.That(plan.KeyBytes, Is.EqualTo(2 * 2 * 4 * 10 * 2048 * 8));
    }

    /// <summary>The set of ring degree 2^16: time and memory of the default and of the split with the fewest key bytes.</summary>
    [Test]
    public void Splits_are_chosen_by_time_or_bytes()
    {
        var parameters = CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping);
        foreach (var direction in Enum.GetValues<EmbeddingDirection>())
        {
            var fast = EmbeddingPlan.ForBootstrapping(parameters, direction, parameters.SlotCount);
            var small = EmbeddingPlan.ForBootstrapping(
                parameters, direction, parameters.SlotCount, factor => factor.KeyBytes + factor.Cost / 1e9);
            TestContext.Out.WriteLine($"{fast}, cost {fast.Cost:F0}\n{small}, cost {small.Cost:F0}");
            for (var i = 0; i < fast.Depth; i++)
            {
                var candidates = fast.Factors[i].Candidates();
                Assert.That(fast.Factors[i].Cost, Is.EqualTo(candidates.Min(candidate => candidate.Cost)));
                Assert.That(small.Factors[i].KeyBytes, Is.EqualTo(candidates.Min(candidate => candidate.KeyBytes)));
            }
            Assert.That(fast.Cost, Is.EqualTo(fast.Factors.Sum(factor => factor.Cost)));
        }
    }

    [Test]
    public void Arguments_are_checked()
    {
        Refused<ArgumentException>("a power of two from 2 to 1024, not 1", () => Plan(1, 3, []));
        Refused<ArgumentException>("a power of two from 2 to 1024, not 2048", () => Plan(2048, 3, [11]));
        Refused<ArgumentException>("a power of two from 2 to 1024, not 12", () => Plan(12, 3, [3]));
        Refused<ArgumentException>("8 slots have 3 stages; factors of 2+2 are not a split", () => Plan(8, 3, [2, 2]));
        Refused<ArgumentException>("factors of 4+-1 are not a split", () => Plan(8, 3, [4, -1]));
        Refused<ArgumentOutOfRangeException>("in 3 factors takes as many levels, 1 more than there are", () => Plan(8, 2, [1, 1, 1]));
        Refused<ArgumentOutOfRangeException>("levels 0 to 19", () => Plan(8, 20, [3]));
        Refused<ArgumentOutOfRangeException>("3 stages are shared out over 1 to 3 levels", () => EmbeddingPlan.EvenStages(Up, 8, 4));
        Refused<ArgumentOutOfRangeException>("to slots or back", () => new EmbeddingPlan(_parameters, (EmbeddingDirection)2, 8, 3, [3]));
        Refused<ArgumentException>("a power of two from 2 up, not 1", () => EmbeddingPlan.EvenStages(Up, 1, 1));

        EmbeddingPlan Plan(int slots, int level, int[] stages) => new(_parameters, Up, slots, level, stages);

        static void Refused<T>(string message, Func<object> action)
            where T : Exception => Assert.That(() => action(), Throws.InstanceOf<T>().With.Message.Contains(message));
    }
}
