using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Ring;

[TestFixture]
internal sealed unsafe class RingTests
{
    [Test]
    public void Galois_elements_form_a_group()
    {
        const int n = 256;
        Assert.That(GaloisElement.Rotation(0, n), Is.EqualTo(1));
        Assert.That(GaloisElement.Rotation(3, n), Is.EqualTo(125));
        Assert.That(GaloisElement.Rotation(n / 2 - 1, n) * 5 % (2 * n), Is.EqualTo(1));
        int[] rotations = [.. Enumerable.Range(0, n / 2).Select(steps => GaloisElement.Rotation(steps, n))];
        Assert.That(rotations, Is.Unique);
        Assert.That(rotations, Has.None.EqualTo(GaloisElement.Conjugation(n)));
        foreach (var element in rotations.Append(GaloisElement.Conjugation(n)))
            Assert.That((long)GaloisElement.Invert(element, n) * element % (2 * n), Is.EqualTo(1));
        Assert.That(() => GaloisElement.Invert(2, n), Throws.ArgumentException);
        Assert.That(new[] { 0, 1, 2, 512, 513, -1 }.Any(element => GaloisElement.IsValid(element, n)), Is.False);
    }

    [Test]
    public void Limbs_are_aligned_and_apart()
    {
        using RnsPolynomial first = new(3, 1024), second = new(3, 1024);
        foreach (var polynomial in new[] { first, second })
        {
            for (var limb = 0; limb < 3; limb++)
            {
                Assert.That((long)polynomial.Limb(limb) % 64, Is.Zero);
                polynomial.LimbSpan(limb).Fill(limb);
            }
            for (var limb = 0; limb < 3; limb++)
                Assert.That(polynomial.LimbSpan(limb).ContainsAnyExcept(limb), Is.False);
        }
        // Not at the same place of a page, so that they do not fight for cache sets.
        Assert.That((long)first.Limb(0) % 4096, Is.Not.EqualTo((long)first.Limb(1) % 4096));
        Assert.That(() => first.LimbSpan(3).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => first.LimbSpan(-1).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Bit_reversal_reverses([Values(1, 5, 11)] int bits)
    {
        var table = BitReversal.Table(bits);
        for (var i = 0; i < table.Length; i++)
            Assert.That(Convert.ToString(table[i], 2).PadLeft(bits, '0').Reverse(), Is.EqualTo(Convert.ToString(i, 2).PadLeft(bits, '0')));
    }
}
