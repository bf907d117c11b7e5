using Crammed.Ckks.Ring;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>
/// What a raised ciphertext decrypts to, coefficient by coefficient: m + q_0 I plus the noise of two key switches, with I known from the
/// ephemeral secret, integers that never pass (h + 1) / 2.
/// </summary>
/// <remarks>
/// Errors and multiples are products of a fixed polynomial (the secret or the key's error) with a random one, so in each slot the energy of
/// the one weighs that of the other: over T ciphertexts the sample variance of NT coefficients has relative variance 4 / (NT) where the
/// fixed one's norm is known, as that of the ephemeral secret, and 2 / N more where it is random.
/// <para>With q_0 of 50 bits, as large as p, the key's error outweighs the rounding of the switch to the ephemeral secret by far; with 45
/// bits it is less than half of the whole, and the rounding shows that it depends on the weight of that secret: a dense one would make the
/// standard deviation five times as large.</para>
/// </remarks>
[TestFixture(50)]
[TestFixture(45)]
internal sealed class ModRaiseTests(int log2FirstPrime)
{
    private const int Trials = 4;

    private EphemeralSetup _setup = null!;
    private long[][] _messages = null!;
    private Ciphertext[] _ciphertexts = null!;
    private Ciphertext[] _raised = null!;
    private long[][] _phases = null!;
    private long[][] _encapsulated = null!;

    private int N => _setup.Parameters.N;

    [OneTimeSetUp]
    public void Raise()
    {
        var literal = NamedParameters.InsecureN11Bootstrapping;
        _setup = new EphemeralSetup(log2FirstPrime == 50
            ? literal
            : literal with { PrimeBits = [log2FirstPrime, .. Enumerable.Repeat(40, 7), .. Enumerable.Repeat(50, 12)] });
        _messages = [.. Enumerable.Range(0, Trials).Select(_setup.RandomMessage)];
        _ciphertexts = [.. _messages.Select(_setup.Encrypt)];
        _raised = _setup.Evaluator.ModRaiseBatch(_ciphertexts);
        _phases = [.. _raised.Select(Coefficients)];
        // The switch is deterministic: this is what was raised.
        var pairs = _setup.Evaluator.SwitchToEphemeral(_ciphertexts, _setup.Keys.DenseToEphemeral!);
        _encapsulated = [.. pairs.Select(_setup.IntegerPhase)];
        foreach (var polynomial in pairs.SelectMany(pair => pair))
            polynomial.Dispose();
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        foreach (var ciphertext in _ciphertexts.Concat(_raised))
            ciphertext.Dispose();
        _setup.Dispose();
    }

    [Test]
    public void Raised_ciphertexts_are_at_the_top_level_with_the_scale_they_had()
    {
        foreach ((var raised, var ciphertext) in _raised.Zip(_ciphertexts))
        {
            Assert.That((raised.Level, raised.Scale), Is.EqualTo((_setup.Parameters.MaxLevel, ciphertext.Scale)));
            Assert.That((raised.PolynomialCount, raised.IsSeeded), Is.EqualTo((2, false)));
        }
    }

    /// <summary>
    /// Modulo all of q_0 ... q_L the raised ciphertext is m + q_0 I, where I is what the ephemeral secret says, and the rest is noise of
    /// the estimated size.
    /// </summary>
    [Test]
    public void Raised_ciphertexts_decrypt_to_the_message_and_predicted_multiples_of_q0()
    {
        var fresh = new SlotEstimate(0, _ciphertexts[0].Scale, 0, _setup.Noise.FreshSymmetric(_ciphertexts[0].Scale));
        var errors = new List<double>();
        foreach ((var trial, var k) in Indices())
        {
            (var multiple, _) = _setup.Split(_encapsulated[trial][k]);
            errors.Add(_phases[trial][k] - _messages[trial][k] - multiple * _setup.FirstPrime);
        }
        AssertNoise(errors, _setup.Noise.ModRaise(fresh).Error, fresh.Scale);
    }

    /// <summary>The switch to the ephemeral secret alone: both sides are the same modulo q_0 but for the noise.</summary>
    [Test]
    public void The_switch_to_the_ephemeral_secret_has_the_estimated_noise()
    {
        var scale = _ciphertexts[0].Scale;
        long[][] phases = [.. _ciphertexts.Select(Coefficients)];
        double[] errors = [.. Indices().Select(i => (double)(_setup.Split(_encapsulated[i.Trial][i.K]).Remainder - phases[i.Trial][i.K]))];
        AssertNoise(errors, _setup.Noise.SwitchToEphemeral(scale), scale);
    }

    /// <summary>The lift and the switch back alone: both sides are the same integers but for the noise.</summary>
    [Test]
    public void The_switch_back_has_the_estimated_noise()
    {
        var scale = _ciphertexts[0].Scale;
        double[] errors = [.. Indices().Select(i => (double)(_phases[i.Trial][i.K] - _encapsulated[i.Trial][i.K]))];
        AssertNoise(errors, _setup.Noise.SwitchFromEphemeral(scale), scale);
    }

    /// <summary>
    /// What is lifted are residues modulo q_0 of the least size, on both sides of zero: that none of 2048 uniform ones lies within a
    /// twentieth of an end has probability 10^-22.
    /// </summary>
    [Test]
    public void Lifted_coefficients_are_centred()
    {
        var pairs = _setup.Evaluator.SwitchToEphemeral(_ciphertexts, _setup.Keys.DenseToEphemeral!);
        var half = (_setup.FirstPrime - 1) / 2.0;
        foreach (var polynomial in pairs.SelectMany(pair => pair))
        {
            var coefficients = polynomial.LimbSpan(0).ToArray();
            polynomial.Dispose();
            Assert.That(coefficients, Has.All.Matches<double>(double.IsInteger));
            Assert.That(coefficients.Max() / half, Is.InRange(0.95, 1));
            Assert.That(coefficients.Min() / half, Is.InRange(-1, -0.95));
        }
    }

    /// <summary>
    /// I is bounded, and has the variance of a rounded sum of h = 32 uniform numbers: lifts that were not centred would shift and widen it.
    /// </summary>
    [Test]
    public void Multiples_are_bounded_and_distributed_as_centred_lifts_make_them()
    {
        var weight = _setup.EphemeralCoefficients().Count(coefficient => coefficient != 0);
        Assert.That(weight, Is.EqualTo(32));
        double[] multiples = [.. _encapsulated.SelectMany(phase => phase).Select(phase => (double)_setup.Split(phase).Multiple)];
        Assert.That(multiples.Max(Math.Abs), Is.LessThanOrEqualTo((weight + 1) / 2));
        double variance = multiples.Average(i => i * i), standardError = Math.Sqrt(4.0 / multiples.Length);
        Assert.That(variance / ((weight + 1) / 12.0), Is.EqualTo(1).Within(6 * standardError));
    }

    /// <summary>The whole message with its multiples of q_0 has the root mean square that later steps are estimated with.</summary>
    [Test]
    public void The_estimated_message_holds_the_multiples()
    {
        var scale = _ciphertexts[0].Scale;
        // Coefficients uniform in [-1, 1] in units of the message have variance 1/3; a slot sums N of them.
        var estimate = _setup.Noise.ModRaise(new SlotEstimate(0, scale, Math.Sqrt(N / 3.0), 0));
        var meanSquare = _phases.SelectMany(phase => phase).Average(x => Math.Pow(x / scale, 2));
        var standardError = Math.Sqrt(4.0 / (N * Trials));
        Assert.That(N * meanSquare / (estimate.Rms * estimate.Rms), Is.EqualTo(1).Within(6 * standardError));
        Assert.That(estimate.Level, Is.EqualTo(_setup.Parameters.MaxLevel));
    }

    /// <summary>
    /// The worst pair there is: coefficients of c_1 at (q_0 - 1) / 2 with the signs of the ephemeral secret, and c_0 with them. Their sum
    /// is 33 (q_0 - 1) / 2, so I = 16, and the other way round -16.
    /// </summary>
    [TestCase(1)]
    [TestCase(-1)]
    public void The_largest_multiple_is_16(int sign)
    {
        var half = sign * (_setup.FirstPrime - 1) / 2;
        var secret = _setup.EphemeralCoefficients();
        using RnsPolynomial left = _setup.Parameters.Ring.Rent(1), right = _setup.Parameters.Ring.Rent(1);
        for (var k = 0; k < N; k++)
        {
            left.LimbSpan(0)[k] = k % 2 == 0 ? half : -half;
            // Position j of the secret meets position N - j of the other polynomial, with the sign of X^N = -1.
            var met = secret[(N - k) % N] * (k == 0 ? 1 : -1);
            right.LimbSpan(0)[k] = met == 0 ? left.LimbSpan(0)[k] : met * half;
        }
        var expected = _setup.IntegerPhase([left, right]);
        Assert.That(expected[0], Is.EqualTo(33 * half));
        Assert.That(_setup.Split(expected[0]).Multiple, Is.EqualTo(16 * sign));
        Assert.That(expected.Max(phase => Math.Abs(_setup.Split(phase).Multiple)), Is.EqualTo(16));
        var raised = _setup.Evaluator.RaiseToDense([[left, right]], _setup.Keys.EphemeralToDense!)[0];
        using var ciphertext = new Ciphertext(_setup.Parameters, _setup.Secret.KeyId, raised, _setup.Parameters.MaxLevel, 1);
        var deviation = _setup.Noise.SwitchFromEphemeral(1) * Math.Sqrt(2.0 / N);
        var largest = Coefficients(ciphertext).Zip(expected, (actual, value) => (double)Math.Abs(actual - value)).Max();
        Assert.That(largest, Is.LessThan(8 * deviation));
    }

    /// <summary>Keys of the public way in, through a file: the ephemeral secret is gone, and messages still come out modulo q_0.</summary>
    [Test]
    public void Keys_from_a_file_raise()
    {
        using var file = new TemporaryFile();
        var generator = new Client.KeyGenerator(_setup.Secret);
        generator.SaveEvaluationKeys(file.Path, Client.EvaluationKeyRequest.ForBootstrapping(_setup.Parameters, []));
        using var keys = EvaluationKeys.Open(file.Path, _setup.Parameters);
        using var raised = new Evaluator(_setup.Parameters, keys).ModRaise(_ciphertexts[0]);
        var fresh = new SlotEstimate(0, raised.Scale, 0, _setup.Noise.FreshSymmetric(raised.Scale));
        var deviation = _setup.Noise.ModRaise(fresh).Error * raised.Scale * Math.Sqrt(2.0 / N);
        foreach ((var phase, var message) in Coefficients(raised).Zip(_messages[0]))
        {
            (var multiple, var remainder) = _setup.Split(phase);
            Assert.That(Math.Abs(multiple), Is.LessThanOrEqualTo(16));
            Assert.That(Math.Abs(remainder - message), Is.LessThan(8 * deviation));
        }
    }

    [Test]
    public void Batches_and_threads_do_not_change_results()
    {
        Evaluator one = new(_setup.Parameters, _setup.Keys, 1), four = new(_setup.Parameters, _setup.Keys, 4);
        using Ciphertext alone = one.ModRaise(_ciphertexts[1]), shared = four.ModRaise(_ciphertexts[1]);
        foreach (var other in new[] { alone, shared })
        {
            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                for (var limb = 0; limb <= other.Level; limb++)
                    Assert.That(other[polynomial].LimbSpan(limb).SequenceEqual(_raised[1][polynomial].LimbSpan(limb)));
            }
        }
    }

    private IEnumerable<(int Trial, int K)> Indices() =>
        from trial in Enumerable.Range(0, Trials) from k in Enumerable.Range(0, N) select (trial, k);

    /// <summary>Modulo all primes of the ciphertext's level; the multiples of q_0 are small enough for 64 bits.</summary>
    private long[] Coefficients(Ciphertext ciphertext)
    {
        using var plaintext = _setup.Decryptor.Decrypt(ciphertext);
        return [.. PlaintextCoefficients.Of(plaintext).Select(coefficient => (long)coefficient)];
    }

    /// <summary>
    /// Root mean square within six standard errors of the estimate, and no error beyond eight standard deviations: coefficients are sums of
    /// thousands of terms, nearly Gaussian, so that lies beyond with probability 10^-15.
    /// </summary>
    /// <param name="errors">of coefficients</param>
    /// <param name="estimate">standard deviation in each part of a slot, in units of the message</param>
    /// <param name="scale">the ciphertexts' scale</param>
    private void AssertNoise(IReadOnlyCollection<double> errors, double estimate, double scale)
    {
        var deviation = estimate * scale * Math.Sqrt(2.0 / N);
        var standardError = Math.Sqrt(2.0 / N + 4.0 / errors.Count) / 2;
        var measured = Math.Sqrt(errors.Average(error => error * error));
        TestContext.Out.WriteLine($"standard deviation of a coefficient: measured {measured:F2}, estimated {deviation:F2}");
        Assert.That(measured / deviation, Is.EqualTo(1).Within(6 * standardError));
        Assert.That(errors.Max(Math.Abs), Is.LessThan(8 * deviation));
    }
}
