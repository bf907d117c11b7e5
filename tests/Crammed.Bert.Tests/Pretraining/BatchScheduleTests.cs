namespace Crammed.Bert.Tests;

public class BatchScheduleTests
{
    [Test]
    public void A_step_grows_in_whole_micro_batches_and_reaches_the_target_when_the_ramp_ends()
    {
        var schedule = new BatchSchedule(target: 64, documents: 0, microBatch: 16, ramp: 0.6);
        // Over 0.6 of the budget four sizes hold for 0.15 each.
        double[] used = [0, 0.14, 0.16, 0.29, 0.31, 0.44, 0.46, 0.59, 0.6, 1];
        Assert.That(used.Select(schedule.SequencesAt), Is.EqualTo(new[] { 16, 16, 32, 32, 48, 48, 64, 64, 64, 64 }));
    }

    [Test]
    public void Without_a_ramp_every_step_has_the_target() =>
        Assert.That(new BatchSchedule(64, 0, 16, ramp: 0).SequencesAt(0), Is.EqualTo(64));

    [TestCase(10, 7, 4)]
    [TestCase(64, 3, 16)]
    [TestCase(4, 64, 16)]
    public void Micro_batches_divide_a_step_without_remainder(int target, int documents, int microBatch)
    {
        var parts = new BatchSchedule(target, documents, microBatch, ramp: 0).At(0).ToList();
        Assert.That(parts.Sum(part => part.Sequences), Is.EqualTo(target));
        Assert.That(parts.Sum(part => part.Documents), Is.EqualTo(documents));
        // Each weight is rounded once, to half a unit of 2^-53.
        Assert.That(parts.Sum(part => part.Weight), Is.EqualTo(1).Within(parts.Count * Math.Pow(2, -53)));
        Assert.That(parts.Select(part => part.Sequences), Is.All.InRange(1, microBatch));
        Assert.That(parts.Select(part => part.Weight), Is.EqualTo(parts.Select(part => part.Sequences / (double)target)));
    }
}
