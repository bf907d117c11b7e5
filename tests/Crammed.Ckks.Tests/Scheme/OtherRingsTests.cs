using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Sets of other shapes: one limb per digit, where the key's error outweighs rounding; four limbs and an odd log N; three limbs over the
/// largest ring, so small in levels that it stays cheap; digits of more limbs than there are special primes; a sparse secret, which makes
/// less noise.
/// </summary>
[TestFixture]
internal sealed class OtherRingsTests
{
    private static readonly double Rms = Math.Sqrt(1.0 / 3);

    private static IEnumerable<TestCaseData> Shapes =>
    [
        new TestCaseData(NamedParameters.N13QP213, 3),
        new TestCaseData(NamedParameters.N15QP850, 5),
        new TestCaseData(NamedParameters.N16QP1320, 23),
        new TestCaseData(new CkksParametersLiteral("N17QP340", 17, [50, 45, 45, 50], [50, 50, 50], 45), 3),
        new TestCaseData(NamedParameters.N14QP428 with { Name = "insecure-N14H192", Secret = SecretDistribution.SparseTernary(192) }, 8),
    ];

    [TestCaseSource(nameof(Shapes))]
    public void Products_and_rotations_have_the_predicted_noise(CkksParametersLiteral literal, int level)
    {
        var parameters = CkksParameters.Create(literal);
        using var secret = SecretKey.Generate(parameters);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(level, [(3, level)]));
        var evaluator = new Evaluator(parameters, keys);
        var noise = new NoiseEstimator(parameters);
        var decryptor = new Decryptor(secret);
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];
        using var fresh = new Encryptor(secret).Encrypt(values, level);
        var error = SlotAssert.Together(noise.FreshSymmetric(fresh.Scale), noise.EncodeRounding(fresh.Scale));

        using var rotated = evaluator.Rotate(fresh, 3);
        AssertRms(rotated, i => values[(i + 3) % values.Length], SlotAssert.Together(error, noise.KeySwitch(level, fresh.Scale)));
        using var square = evaluator.Square(fresh);
        using var rescaled = evaluator.RelinearizeAndRescale(square);
        Assert.That(rescaled.Scale, Is.EqualTo(parameters.ScaleAt(level - 1)));
        var rounding = noise.RelinearizeAndRescale(level, rescaled.Scale);
        AssertRms(rescaled, i => values[i] * values[i], SlotAssert.Together(2 * Rms * error, rounding));
        using var lowered = evaluator.LowerTo(fresh, 0);
        AssertRms(lowered, i => values[i], SlotAssert.Together(error, noise.Rescale(lowered.Scale)));
        using var publicKey = new KeyGenerator(secret).CreatePublicKey();
        using var open = new Encryptor(publicKey).Encrypt(values, level);
        AssertRms(open, i => values[i], SlotAssert.Together(noise.FreshPublic(open.Scale), noise.EncodeRounding(open.Scale)));

        // Thousands of slots: the rms has a relative standard error below 2 %.
        void AssertRms(Ciphertext actual, Func<int, double> expected, double predicted)
        {
            var slots = decryptor.DecryptToSlots(actual);
            var meanSquare = slots.Select((value, i) => Math.Pow(value - expected(i), 2)).Average();
            Assert.That(Math.Sqrt(meanSquare) / predicted, Is.InRange(0.9, 1.1));
        }
    }
}
