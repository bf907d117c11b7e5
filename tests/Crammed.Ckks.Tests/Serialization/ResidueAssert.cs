using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>Compares residues, which may differ by a multiple of their prime in memory.</summary>
internal static class ResidueAssert
{
    public static void AreSame(CkksParameters parameters, RnsPolynomial expected, RnsPolynomial actual, Func<int, int> modulusOf)
    {
        Assert.That(actual.LimbCount, Is.EqualTo(expected.LimbCount));
        for (var limb = 0; limb < expected.LimbCount; limb++)
        {
            var modulus = parameters.Ring.Moduli[modulusOf(limb)];
            double[] left = expected.LimbSpan(limb).ToArray(), right = actual.LimbSpan(limb).ToArray();
            Assert.That(left.Zip(right).All(pair => modulus.Canonical(pair.First) == modulus.Canonical(pair.Second)), $"limb {limb}");
        }
    }

    public static void AreSame(SwitchingKey expected, SwitchingKey actual)
    {
        Assert.That(actual.Level, Is.EqualTo(expected.Level));
        Assert.That(actual.Seed, Is.EqualTo(expected.Seed));
        AreSame(expected.Parameters, expected.Masked, actual.Masked, expected.ModulusIndex);
        AreSame(expected.Parameters, expected.Uniform, actual.Uniform, expected.ModulusIndex);
    }
}
