using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Public slots encoded once, within a number of bytes.</summary>
[TestFixture]
internal sealed class EncodedSlotsTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private static readonly CkksEncoder Encoder = new(Parameters);

    /// <summary>Bytes of one encoding at level 2.</summary>
    private static readonly long Bytes = 3 * Parameters.N * sizeof(double);

    [TestCase(1, 0, 1)]
    [TestCase(4, 8, 32)]
    [TestCase(128, 8, 1024)]
    [TestCase(128, 32, 1024)]
    [TestCase(1, 12, 1024)]
    public void Encodings_hold_the_slots_at_the_canonical_scale(int stride, int size, int period)
    {
        var slots = new PublicSlots(0.75, size == 0 ? [] : [new DigitRange(stride, size, 1, 3)]);
        Assert.That(EncodedSlots.PeriodOf(slots, Parameters.SlotCount), Is.EqualTo(period));
        using var cache = new EncodedSlots(Parameters, Encoder, budget: 0);
        using var lease = cache.Rent(slots, 2);
        Assert.That(lease.Plaintext.Scale, Is.EqualTo(Parameters.ScaleAt(2)));
        // Roundings of at most 2048 coefficients by 1/2 each.
        Assert.That(Encoder.Decode(lease.Plaintext), Is.EqualTo(slots.Slots(Parameters.SlotCount)).Within(1024 / Parameters.ScaleAt(2)));
    }

    /// <summary>A column of a vector repeats in every row of blocks, a spread vector fills all slots.</summary>
    [TestCase(0, 8)]
    [TestCase(2, 1024)]
    public void Frozen_vectors_are_encoded_by_their_period(int rowStep, int period)
    {
        var grid = new SlotGrid(16, 8, 8);
        var vectors = new Dictionary<string, float[]> { ["v"] = [.. Enumerable.Range(0, 18).Select(i => i / 18f)] };
        var slots = SlotMask.Of(new FrozenVector("v", new FeatureBlocks(6, 3), rowStep, 0))
            .At(new LoopPoint(), grid, new Dictionary<string, double>(), vectors);
        Assert.That(EncodedSlots.PeriodOf(slots, Parameters.SlotCount), Is.EqualTo(period));
        using var cache = new EncodedSlots(Parameters, Encoder, budget: 0);
        using var lease = cache.Rent(slots, 2);
        // As above; every row's values by name.
        var decoded = Encoder.Decode(lease.Plaintext);
        for (var slot = 0; slot < grid.SlotCount; slot++)
        {
            var (token, block) = (slot / grid.TokenStride, slot % 8);
            var column = rowStep == 0 ? 0 : token % 2 == 0 && token < 6 ? token / 2 : -1;
            var expected = block < 6 && column >= 0 ? (block * 3 + column) / 18f : 0;
            Assert.That(decoded[slot], Is.EqualTo(expected).Within(1024 / Parameters.ScaleAt(2)), $"slot {slot}");
        }
    }

    [Test]
    public void The_least_recently_used_go_first_and_none_that_is_in_use()
    {
        var live = ResidueMemory.LiveBuffers;
        using (var cache = new EncodedSlots(Parameters, Encoder, 2 * Bytes))
        {
            var first = Use(cache, 1);
            Use(cache, 2);
            Assert.That(Use(cache, 1), Is.SameAs(first));
            using (var held = cache.Rent(Slots(3), 2))
            {
                var plaintext = held.Plaintext;
                Assert.That(Use(cache, 1), Is.SameAs(first), "the oldest, 2, has gone");
                Use(cache, 4);
                Assert.That(Use(cache, 3), Is.SameAs(plaintext), "what is in use stays");
                Assert.That(cache.Bytes, Is.LessThanOrEqualTo(2 * Bytes));
            }
            Assert.That(Use(cache, 1), Is.Not.SameAs(first));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    private static Plaintext Use(EncodedSlots cache, double value)
    {
        using var lease = cache.Rent(Slots(value), 2);
        return lease.Plaintext;
    }

    private static PublicSlots Slots(double value) => new(value, [new DigitRange(1, 4, 0, 2)]);
}
