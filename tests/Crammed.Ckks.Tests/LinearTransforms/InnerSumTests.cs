using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>Sums along slots against sums of doubles, with exactly the rotations that they list.</summary>
[TestFixture]
internal sealed class InnerSumTests
{
    private CkksSetup _setup = null!;

    [OneTimeSetUp]
    public void SetUp() => _setup = CkksSetup.Of(NamedParameters.InsecureN11);

    [TestCase(1, 1, 8)]
    [TestCase(2, 1, 8)]
    [TestCase(3, 1, 2)]
    [TestCase(7, 16, 1)]
    [TestCase(8, -4, 3)]
    [TestCase(13, 5, 2)]
    [TestCase(37, 3, 0)]
    [TestCase(128, 8, 1)]
    [TestCase(1024, 1, 1)]
    public void Any_number_of_terms_at_any_stride(int count, int stride, int level)
    {
        var values = _setup.RandomSlots(count);
        using var keys = KeysFor(count, stride, level);
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using var operand = _setup.Encryptor.Encrypt(values, level);
        (long buffers, long bytes) live = (ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes);
        var sum = evaluator.InnerSum(operand, count, stride);
        Assert.That((sum.Level, sum.Scale), Is.EqualTo((level, operand.Scale)));
        var fresh = SlotAssert.Together(_setup.Noise.FreshSymmetric(operand.Scale), _setup.Noise.EncodeRounding(operand.Scale));
        var noise = _setup.Noise.InnerSum(count, level, operand.Scale, fresh);
        double Expected(int i) => Enumerable.Range(0, count).Sum(j => values[(i + j * stride) & (values.Length - 1)]);
        // Results share terms: among 1024 slots are about 1024 / count independent errors, too few for their mean square if count is large.
        if (count <= 3)
            SlotAssert.HaveNoise(_setup, sum, Expected, noise);
        else
            SlotAssert.AreClose(_setup, sum, Expected, noise);
        sum.Dispose();
        Assert.That((ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes), Is.EqualTo(live));
    }

    [Test]
    public void A_rotation_by_all_slots_needs_no_key()
    {
        // Strides of half the slots: the second doubling goes all around.
        var half = _setup.Parameters.SlotCount / 2;
        Assert.That(Evaluator.InnerSumRotations(_setup.Parameters, 4, half), Is.EqualTo(new[] { half }));
        Assert.That(Evaluator.InnerSumRotations(_setup.Parameters, 5, 1), Is.EqualTo(new[] { 1, 2, 4 }));
        Assert.That(Evaluator.InnerSumRotations(_setup.Parameters, 4, 1), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Evaluator.InnerSumRotations(_setup.Parameters, 1, 1), Is.Empty);
        var values = _setup.RandomSlots(3);
        using var keys = KeysFor(4, half, 1);
        using var operand = _setup.Encryptor.Encrypt(values, 1);
        using var sum = new Evaluator(_setup.Parameters, keys).InnerSum(operand, 4, half);
        var fresh = SlotAssert.Together(_setup.Noise.FreshSymmetric(operand.Scale), _setup.Noise.EncodeRounding(operand.Scale));
        // Both terms come twice, with the same errors.
        var noise = 2 * _setup.Noise.InnerSum(2, 1, operand.Scale, fresh);
        SlotAssert.AreClose(_setup, sum, i => 2 * (values[i] + values[(i + half) % values.Length]), noise);
    }

    [Test]
    public void Every_listed_key_is_needed()
    {
        using var operand = _setup.Encryptor.Encrypt([1.0], 1);
        var rotations = Evaluator.InnerSumRotations(_setup.Parameters, 13, 7);
        var live = ResidueMemory.LiveBuffers;
        foreach (var missing in rotations)
        {
            using var keys = _setup.Generator.CreateEvaluationKeys(
                EvaluationKeyRequest.Of(null, rotations.Where(steps => steps != missing).Select(steps => (steps, 1))));
            Assert.That(
                () => new Evaluator(_setup.Parameters, keys).InnerSum(operand, 13, 7),
                Throws.InvalidOperationException.With.Message.StartsWith(
                    $"InnerSum: there is no key for a rotation by {missing} (level 1"));
        }
        using var low = KeysFor(2, 1, 0);
        Assert.That(
            () => new Evaluator(_setup.Parameters, low).InnerSum(operand, 2, 1),
            Throws.InvalidOperationException.With.Message.StartsWith(
                "InnerSum by 1: the key serves levels up to 0, the ciphertext is at level 1"));
        low.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Assert.That(() => _setup.Evaluator.InnerSum(operand, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _setup.Evaluator.InnerSum(operand, 1025, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private EvaluationKeys KeysFor(int count, int stride, int level) => _setup.Generator.CreateEvaluationKeys(
        EvaluationKeyRequest.Of(null, Evaluator.InnerSumRotations(_setup.Parameters, count, stride).Select(steps => (steps, level))));
}
