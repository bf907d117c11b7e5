namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Sums of products with plaintexts.</summary>
[TestFixture]
internal sealed class PlainProductTests
{
    private readonly CkksSetup _setup = CkksSetup.Of(NamedParameters.InsecureN11);

    /// <summary>The same residues as products one by one, for more terms than one accumulation takes, too.</summary>
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(40)]
    public void Sums_equal_the_products_added_up(int count)
    {
        var (evaluator, live) = (_setup.Evaluator, ResidueMemory.LiveBuffers);
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, count).Select(i => _setup.Encryptor.Encrypt(_setup.RandomSlots(i), 3 + i % 2))];
        double[] scales = [.. ciphertexts.Select(ciphertext => Math.ScaleB(1, 66) / ciphertext.Scale)];
        Plaintext[] plaintexts = [.. scales.Select((scale, i) => _setup.Encoder.Encode(_setup.RandomSlots(100 + i), 4, scale))];
        using (var expected = evaluator.DropLevels(ciphertexts[0], 3))
        using (var sum = evaluator.SumOfPlainProducts(ciphertexts, plaintexts))
        using (var total = evaluator.MultiplyPlain(expected, plaintexts[0]))
        {
            for (var i = 1; i < count; i++)
            {
                using var product = evaluator.MultiplyPlain(ciphertexts[i], plaintexts[i]);
                evaluator.AddInPlace(total, product);
            }
            Assert.That((sum.Level, sum.PolynomialCount), Is.EqualTo((3, 2)));
            Assert.That(sum.Scale, Is.EqualTo(Math.ScaleB(1, 66)).Within(1e-9).Percent);
            Assert.That(_setup.Decryptor.DecryptToSlots(sum), Is.EqualTo(_setup.Decryptor.DecryptToSlots(total)));
        }
        foreach (var item in ciphertexts.Cast<IDisposable>().Concat(plaintexts))
            item.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var evaluator = _setup.Evaluator;
        using Ciphertext a = _setup.Encryptor.Encrypt([1.0], 4), square = evaluator.Square(a);
        using Plaintext plaintext = _setup.Encoder.Encode([1.0], 4), small = _setup.Encoder.Encode([1.0], 4, 2);
        using var low = _setup.Encoder.Encode([1.0], 3, plaintext.Scale);
        Assert.That(() => evaluator.SumOfPlainProducts([], []), Throws.ArgumentException.With.Message.Contains("0 ciphertexts and 0"));
        Assert.That(() => evaluator.SumOfPlainProducts([a], []), Throws.ArgumentException.With.Message.Contains("1 ciphertexts and 0"));
        Refused("SumOfPlainProducts: the scales differ", () => evaluator.SumOfPlainProducts([a, a], [plaintext, small]));
        Refused("SumOfPlainProducts: the plaintext is below", () => evaluator.SumOfPlainProducts([a], [low]));
        Refused("SumOfPlainProducts: the operand has 3 polynomials", () => evaluator.SumOfPlainProducts([square], [plaintext]));
    }

    /// <summary>
    /// Periodic plaintexts are sparse ones in another form: the same residues. Periods from one run of N/2 residues to the shortest runs,
    /// and more terms than one accumulation takes.
    /// </summary>
    [TestCase(1, 2)]
    [TestCase(2, 3)]
    [TestCase(16, 40)]
    [TestCase(128, 3)]
    public void Periodic_products_equal_those_with_sparse_plaintexts(int period, int count)
    {
        var (evaluator, live) = (_setup.Evaluator, ResidueMemory.LiveBuffers);
        var random = new Random(period);
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, count).Select(i => _setup.Encryptor.Encrypt(_setup.RandomSlots(i), 3))];
        var weights = new double[3, count][];
        var periodic = new PeriodicPlaintext?[3, count];
        for (var output = 0; output < 2; output++)
        {
            // The second output has no product with the first ciphertext, the third one none at all.
            for (var i = output; i < count; i++)
            {
                weights[output, i] = [.. Enumerable.Range(0, period).Select(_ => random.NextDouble() - 0.5)];
                periodic[output, i] = _setup.Encoder.EncodePeriodic(weights[output, i], 4, 1 << 22);
            }
        }
        var sums = evaluator.SumsOfPeriodicProducts(ciphertexts, periodic);
        Assert.That(sums[2], Is.Null);
        for (var output = 0; output < 2; output++)
        {
            Plaintext[] sparse =
                [.. Enumerable.Range(output, count - output).Select(i => _setup.Encoder.EncodeSparse(weights[output, i], 4, 1 << 22))];
            using var expected = evaluator.SumOfPlainProducts(ciphertexts[output..], sparse);
            using var sum = sums[output]!;
            Assert.That((sum.Level, sum.Scale), Is.EqualTo((expected.Level, expected.Scale)));
            Assert.That(_setup.Decryptor.DecryptToSlots(sum), Is.EqualTo(_setup.Decryptor.DecryptToSlots(expected)));
            foreach (var plaintext in sparse)
                plaintext.Dispose();
        }
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Periodic_products_that_do_not_fit_are_refused()
    {
        var (evaluator, encoder) = (_setup.Evaluator, _setup.Encoder);
        using Ciphertext a = _setup.Encryptor.Encrypt([1.0], 4), square = evaluator.Square(a);
        PeriodicPlaintext two = encoder.EncodePeriodic([1, 2], 4, 64), four = encoder.EncodePeriodic([1, 2, 3, 4], 4, 64);
        PeriodicPlaintext small = encoder.EncodePeriodic([1, 2], 4, 2), low = encoder.EncodePeriodic([1, 2], 3, 64);
        Assert.That(() => encoder.EncodePeriodic(new double[3], 4, 64), Throws.ArgumentException.With.Message.Contains("a power of two"));
        Assert.That(() => encoder.EncodePeriodic(new double[256], 4, 64), Throws.ArgumentException.With.Message.Contains("256 numbers"));
        Assert.That(() => encoder.EncodePeriodic([1e300], 4, 64), Throws.ArgumentException.With.Message.Contains("half the modulus"));
        Assert.That(
            () => evaluator.SumsOfPeriodicProducts([a], new PeriodicPlaintext?[1, 1]),
            Throws.ArgumentException.With.Message.Contains("no product"));
        Assert.That(
            () => evaluator.SumsOfPeriodicProducts([a], new[,] { { two, two } }),
            Throws.ArgumentException.With.Message.Contains("1 ciphertexts"));
        Assert.That(
            () => evaluator.SumsOfPeriodicProducts([a, a], new[,] { { two, four } }),
            Throws.ArgumentException.With.Message.Contains("periods 2 and 4"));
        Refused("SumsOfPeriodicProducts: the scales differ", () => evaluator.SumsOfPeriodicProducts([a, a], new[,] { { two, small } })[0]!);
        Refused("SumsOfPeriodicProducts: the plaintext is below", () => evaluator.SumsOfPeriodicProducts([a], new[,] { { low } })[0]!);
        Refused("SumsOfPeriodicProducts: the operand has 3", () => evaluator.SumsOfPeriodicProducts([square], new[,] { { two } })[0]!);
    }

    private static void Refused(string message, Func<Ciphertext> operation) =>
        Assert.That(() => operation(), Throws.InvalidOperationException.With.Message.StartsWith(message));
}
