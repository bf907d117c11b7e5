using System.Numerics;
using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Tests.Bootstrapping;

internal sealed class BootstrapMessageTests
{
    private const int SlotCount = 1024;

    private static BootstrapMessageKind[] Kinds => Enum.GetValues<BootstrapMessageKind>();

    [TestCaseSource(nameof(Kinds))]
    public void Every_message_keeps_to_period_and_range(BootstrapMessageKind kind)
    {
        foreach (var period in new[] { 2, 64, SlotCount })
        {
            var slots = BootstrapMessage.Create(kind, period, SlotCount, range: 3, new Random(1));
            Assert.That(slots, Has.Length.EqualTo(SlotCount));
            Assert.That(Enumerable.Range(period, SlotCount - period).All(i => slots[i] == slots[i - period]));
            var largest = slots.Max(slot => Math.Max(Math.Abs(slot.Real), Math.Abs(slot.Imaginary)));
            Assert.That(largest, Is.GreaterThan(0).And.LessThanOrEqualTo(3));
        }
    }

    [TestCase(BootstrapMessageKind.Constant, 1)]
    [TestCase(BootstrapMessageKind.SingleSpike, 2)]
    [TestCase(BootstrapMessageKind.RandomSigns, 4)]
    [TestCase(BootstrapMessageKind.AllMaximum, 1)]
    [TestCase(BootstrapMessageKind.Alternating, 2)]
    [TestCase(BootstrapMessageKind.FewValues, 25)]
    [TestCase(BootstrapMessageKind.BlockConstant, 8)]
    [TestCase(BootstrapMessageKind.Ramp, SlotCount)]
    [TestCase(BootstrapMessageKind.Uniform, SlotCount)]
    public void A_kind_has_as_many_different_slots_as_it_says(BootstrapMessageKind kind, int expected) =>
        Assert.That(Full(kind).Distinct().Count(), Is.EqualTo(expected));

    [Test]
    public void Extremes_lie_on_the_edge_and_a_constant_inside()
    {
        foreach (var kind in new[] { BootstrapMessageKind.RandomSigns, BootstrapMessageKind.AllMaximum, BootstrapMessageKind.Alternating })
            Assert.That(Full(kind).All(slot => Math.Abs(slot.Real) == 1 && Math.Abs(slot.Imaginary) == 1), kind.ToString());
        Assert.That(Full(BootstrapMessageKind.AllMaximum)[0], Is.EqualTo(new Complex(1, 1)));
        Assert.That(Full(BootstrapMessageKind.Constant)[0].Magnitude, Is.LessThan(0.8));
        var ramp = Full(BootstrapMessageKind.Ramp);
        Assert.That((ramp[0], ramp[^1]), Is.EqualTo((new Complex(-1, 1), new Complex(1, -1))));
        Assert.That(Full(BootstrapMessageKind.SingleSpike).Count(slot => slot == Complex.One), Is.EqualTo(1));
    }

    [Test]
    public void Blocks_are_runs()
    {
        var slots = Full(BootstrapMessageKind.BlockConstant);
        Assert.That(
            Enumerable.Range(1, SlotCount - 1).Where(i => slots[i] != slots[i - 1]),
            Is.EqualTo(Enumerable.Range(1, 7).Select(i => 128 * i)));
    }

    private static Complex[] Full(BootstrapMessageKind kind) => BootstrapMessage.Create(kind, SlotCount, SlotCount, 1, new Random(1));
}
