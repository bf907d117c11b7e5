using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Sums of rotations that are divided once.</summary>
[TestFixture]
internal sealed class RotationSumTests
{
    private const int Steps = 7;

    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11);

    private SecretKey _secret = null!;
    private EvaluationKeys _keys = null!;
    private Evaluator _evaluator = null!;
    private CkksEncoder _encoder = null!;
    private Encryptor _encryptor = null!;
    private Decryptor _decryptor = null!;

    [OneTimeSetUp]
    public void MakeKeys()
    {
        _secret = SecretKey.Generate(Parameters);
        // The key for 5 steps serves lower levels only.
        _keys = new KeyGenerator(_secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(
            Parameters.MaxLevel, Enumerable.Range(1, Steps).Select(steps => (steps, steps == 5 ? 3 : Parameters.MaxLevel))));
        _evaluator = new Evaluator(Parameters, _keys);
        _encoder = new CkksEncoder(Parameters);
        _encryptor = new Encryptor(_secret);
        _decryptor = new Decryptor(_secret);
    }

    [OneTimeTearDown]
    public void DisposeKeys()
    {
        _keys.Dispose();
        _secret.Dispose();
    }

    /// <summary>Rotations by themselves: the residues of the single operation, for more ciphertexts of the same steps than one bundle takes.</summary>
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(8)]
    public void A_sum_of_one_rotation_is_the_rotation(int level)
    {
        var live = ResidueMemory.LiveBuffers;
        var random = new Random(level);
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, 6).Select(_ => Encrypted(random, level))];
        (Ciphertext Ciphertext, int Steps)[] rotations =
            [.. ciphertexts.SelectMany(ciphertext => new[] { (ciphertext, 1), (ciphertext, 3) }), (ciphertexts[2], 6), (ciphertexts[0], 0)];
        var sums = _evaluator.SumsOfRotations(
            [.. rotations.Select(rotation => new[] { new RotationTerm(rotation.Ciphertext, rotation.Steps) })]);
        foreach (var (sum, (ciphertext, steps)) in sums.Zip(rotations))
        {
            using var rotated = _evaluator.Rotate(ciphertext, steps);
            Assert.That((sum.Level, sum.Scale), Is.EqualTo((rotated.Level, rotated.Scale)));
            Assert.That(_decryptor.DecryptToSlots(sum), Is.EqualTo(_decryptor.DecryptToSlots(rotated)), $"by {steps}");
            sum.Dispose();
        }
        DisposeAll(ciphertexts);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>
    /// Random sums, with masks or without, rescaled or not, against plain slots. Every term adds an error of at most 2^-17 here: encryption
    /// and key switch leave 2^-20 of a scale of 2^40, a mask of 2^18 rounds its 2^3 slots to 2^-18.
    /// </summary>
    [Test]
    public void Random_sums_are_those_of_the_slots([Range(0, 11)] int seed)
    {
        var live = ResidueMemory.LiveBuffers;
        var random = new Random(seed);
        var level = random.Next(2, Parameters.MaxLevel);
        var (isMasked, rescales) = (seed % 2 == 1, seed % 4 == 3);
        double[][] slots = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Slots(random))];
        Ciphertext[] ciphertexts = [.. slots.Select(values => _encryptor.Encrypt(values, level))];
        var scale = rescales ? Parameters.Moduli[level] : Math.ScaleB(1, 18);
        var sums = new List<RotationTerm[]>();
        var expected = new List<double[]>();
        for (var sum = random.Next(1, 6); sum > 0; sum--)
        {
            var total = new double[Parameters.SlotCount];
            var terms = new RotationTerm[random.Next(1, 9)];
            for (var i = 0; i < terms.Length; i++)
            {
                var (source, steps) = (random.Next(slots.Length), random.Next(Steps + 1));
                if (steps == 5 && level > 3)
                    steps = 0;
                double[] mask = isMasked ? [.. Enumerable.Range(0, 8).Select(_ => 2 * random.NextDouble() - 1)] : [1];
                for (var j = 0; j < total.Length; j++)
                    total[j] += mask[j % mask.Length] * slots[source][(j + steps) % total.Length];
                // Negative steps are those that lead round.
                terms[i] = new RotationTerm(
                    ciphertexts[source], steps - (random.Next(2) == 0 ? 0 : Parameters.SlotCount),
                    isMasked ? _encoder.EncodePeriodic(mask, Parameters.MaxLevel, scale) : null);
            }
            sums.Add(terms);
            expected.Add(total);
        }
        var results = _evaluator.SumsOfRotations(sums, rescales);
        for (var i = 0; i < results.Length; i++)
        {
            Assert.That(results[i].Level, Is.EqualTo(rescales ? level - 1 : level));
            Assert.That(_decryptor.DecryptToSlots(results[i]), Is.EqualTo(expected[i]).Within(sums[i].Length * Math.ScaleB(1, -17)));
        }
        DisposeAll(results);
        DisposeAll(ciphertexts);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>The same residues on one thread as on several.</summary>
    [Test]
    public void Threads_do_not_change_results()
    {
        var random = new Random(1);
        using Ciphertext a = Encrypted(random, 6), b = Encrypted(random, 6);
        var mask = _encoder.EncodePeriodic([1, 0, 0.5, 1], 6, 1 << 18);
        RotationTerm[][] sums = [[new(a, 1, mask), new(b, 1, mask), new(a, 0, mask)], [new(b, 2), new(a, 3)]];
        var one = new Evaluator(Parameters, _keys, 1).SumsOfRotations(sums);
        var four = new Evaluator(Parameters, _keys, 4).SumsOfRotations(sums);
        for (var i = 0; i < one.Length; i++)
            Assert.That(_decryptor.DecryptToSlots(one[i]), Is.EqualTo(_decryptor.DecryptToSlots(four[i])));
        DisposeAll(one);
        DisposeAll(four);
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using Ciphertext a = _encryptor.Encrypt([1.0], 4), low = _encryptor.Encrypt([1.0], 3), bottom = _encryptor.Encrypt([1.0], 0);
        using var square = _evaluator.Square(a);
        PeriodicPlaintext mask = _encoder.EncodePeriodic([1, 0], 4, 64), lowMask = _encoder.EncodePeriodic([1, 0], 3, 64);
        Assert.That(() => _evaluator.SumsOfRotations([]), Throws.ArgumentException.With.Message.Contains("none at all"));
        Assert.That(() => _evaluator.SumsOfRotations([[]]), Throws.ArgumentException.With.Message.Contains("without terms"));
        Refused("SumsOfRotations: the ciphertexts' levels differ", [new(a, 1), new(low, 1)]);
        Refused("SumsOfRotations: the scales differ", [new(a, 1), new(a, 1, mask)]);
        Refused("SumsOfRotations: the mask is below", [new(a, 1, lowMask)]);
        Refused("SumsOfRotations: the operand has 3 polynomials", [new(square, 1)]);
        Refused("SumsOfRotations: there is no key for a rotation by 9", [new(a, 9)]);
        Refused("SumsOfRotations by 5: the key serves levels up to 3", [new(a, 5)]);
        Assert.That(
            () => _evaluator.SumsOfRotations([[new(bottom, 1)]], rescales: true), Throws.InvalidOperationException.With.Message.Contains("no level is left"));
    }

    private void Refused(string message, RotationTerm[] terms) =>
        Assert.That(() => _evaluator.SumsOfRotations([terms]), Throws.InvalidOperationException.With.Message.StartsWith(message));

    private Ciphertext Encrypted(Random random, int level) => _encryptor.Encrypt(Slots(random), level);

    private static double[] Slots(Random random) => [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];

    private static void DisposeAll(IEnumerable<IDisposable> items)
    {
        foreach (var item in items)
            item.Dispose();
    }
}
