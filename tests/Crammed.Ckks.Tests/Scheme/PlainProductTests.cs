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
        // The second output has no product with the first ciphertext, the third one none at all.
        var weights = new double[]?[3, count];
        for (var output = 0; output < 2; output++)
        {
            for (var i = output; i < count; i++)
                weights[output, i] = [.. Enumerable.Range(0, period).Select(_ => random.NextDouble() - 0.5)];
        }
        Ciphertext?[] sums;
        using (var matrix = _setup.Encoder.EncodePeriodicMatrix(
            3, count, period, (output, i) => weights[output, i], 4, 1 << 22, evaluator.ParallelFor))
            sums = evaluator.SumsOfPeriodicProducts(ciphertexts, matrix);
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

    /// <summary>
    /// Products with a matrix in two parts, the second added to the first: the residues of the whole.
    /// </summary>
    [Test]
    public void Periodic_products_add_up_in_parts()
    {
        var (evaluator, live) = (_setup.Evaluator, ResidueMemory.LiveBuffers);
        var random = new Random(1);
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, 5).Select(i => _setup.Encryptor.Encrypt(_setup.RandomSlots(i), 3))];
        var weights = new double[]?[6, 5];
        for (var i = 0; i < weights.Length; i++)
            weights[i / 5, i % 5] = [.. Enumerable.Range(0, 4).Select(_ => random.NextDouble() - 0.5)];
        // The first part has nothing for output 1, the second nothing for output 2, and output 3 has nothing at all.
        (weights[1, 0], weights[1, 1], weights[2, 2], weights[2, 3], weights[2, 4]) = (null, null, null, null, null);
        for (var i = 0; i < 5; i++)
            weights[3, i] = null;
        var sums = new Ciphertext?[6];
        using (PeriodicMatrix whole = Encoded(0, 5), first = Encoded(0, 2), second = Encoded(2, 3))
        {
            evaluator.AddPeriodicProducts(sums, ciphertexts[..2], first);
            evaluator.AddPeriodicProducts(sums, ciphertexts[2..], second);
            var expected = evaluator.SumsOfPeriodicProducts(ciphertexts, whole);
            Assert.That(sums[3], Is.Null);
            foreach (var (sum, one) in sums.Zip(expected).Where(pair => pair.Second is not null))
            {
                Assert.That(_setup.Decryptor.DecryptToSlots(sum!), Is.EqualTo(_setup.Decryptor.DecryptToSlots(one!)));
                sum!.Dispose();
                one!.Dispose();
            }
        }
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        PeriodicMatrix Encoded(int from, int count) =>
            _setup.Encoder.EncodePeriodicMatrix(6, count, 4, (output, i) => weights[output, from + i], 3, 1 << 22);
    }

    /// <summary>A matrix that repeats a few vectors: the residues of one in which each is encoded where it stands.</summary>
    [Test]
    public void A_gathered_matrix_multiplies_as_an_encoded_one()
    {
        var (evaluator, live) = (_setup.Evaluator, ResidueMemory.LiveBuffers);
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, 7).Select(i => _setup.Encryptor.Encrypt(_setup.RandomSlots(i), 3))];
        double[][] values = [.. Enumerable.Range(0, 3).Select(i => _setup.RandomSlots(100 + i)[..16])];
        using (var few = _setup.Encoder.EncodePeriodicMatrix(1, 3, 16, (_, i) => values[i], 3, 1 << 22))
        using (var whole = _setup.Encoder.EncodePeriodicMatrix(6, 7, 16, (output, i) => values[Entry(output, i)], 3, 1 << 22))
        using (var gathered = few.Gather(6, 7, Entry))
        {
            var (sums, expected) = (evaluator.SumsOfPeriodicProducts(ciphertexts, gathered), evaluator.SumsOfPeriodicProducts(ciphertexts, whole));
            foreach (var (sum, one) in sums.Zip(expected))
            {
                Assert.That(_setup.Decryptor.DecryptToSlots(sum!), Is.EqualTo(_setup.Decryptor.DecryptToSlots(one!)));
                sum!.Dispose();
                one!.Dispose();
            }
            Assert.That(() => few.Gather(1, 1, (_, _) => 3), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("below 3"));
            Assert.That(() => few.Gather(0, 1, (_, _) => 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static int Entry(int output, int input) => (output + 2 * input) % 3;
    }

    /// <summary>Coefficients beyond what the kernels reduce in one step: integers of a hundred bits.</summary>
    [Test]
    public void Periodic_products_with_large_weights()
    {
        using var a = _setup.Encryptor.Encrypt([0.5, 0.5], 4);
        var scale = Math.ScaleB(1, 100);
        using var matrix = _setup.Encoder.EncodePeriodicMatrix(1, 1, 2, (_, _) => [0.75, -0.5], 4, scale);
        using var plaintext = _setup.Encoder.EncodeSparse([0.75, -0.5], 4, scale);
        using Ciphertext product = _setup.Evaluator.SumsOfPeriodicProducts([a], matrix)[0]!, expected = _setup.Evaluator.MultiplyPlain(a, plaintext);
        Assert.That(_setup.Decryptor.DecryptToSlots(product), Is.EqualTo(_setup.Decryptor.DecryptToSlots(expected)));
    }

    [Test]
    public void Periodic_products_that_do_not_fit_are_refused()
    {
        var (evaluator, encoder, live) = (_setup.Evaluator, _setup.Encoder, ResidueMemory.LiveBuffers);
        using (Ciphertext a = _setup.Encryptor.Encrypt([1.0], 4), square = evaluator.Square(a), other = evaluator.MultiplyScalar(a, 1, 2))
        using (PeriodicMatrix one = Matrix(1, [1, 2], 4), two = Matrix(2, [1, 2], 4), low = Matrix(1, [1, 2], 3))
        {
            Assert.That(() => Matrix(1, new double[3], 4), Throws.ArgumentException.With.Message.Contains("a power of two"));
            Assert.That(() => Matrix(1, new double[256], 4), Throws.ArgumentException.With.Message.Contains("256 numbers"));
            Assert.That(() => Matrix(1, [1e300], 4), Throws.ArgumentException.With.Message.Contains("half the modulus"));
            Assert.That(() => encoder.EncodePeriodic(new double[3], 4, 64), Throws.ArgumentException.With.Message.Contains("a power of two"));
            Assert.That(() => encoder.EncodePeriodic(new double[256], 4, 64), Throws.ArgumentException.With.Message.Contains("256 numbers"));
            Assert.That(
                () => encoder.EncodePeriodicMatrix(1, 1, 4, (_, _) => [1, 2], 4, 64), Throws.ArgumentException.With.Message.Contains("of period 4"));
            Assert.That(
                () => evaluator.SumsOfPeriodicProducts([a], two), Throws.ArgumentException.With.Message.Contains("1 ciphertexts and 1 sums for 1 x 2"));
            Assert.That(
                () => evaluator.AddPeriodicProducts(new Ciphertext?[2], [a], one), Throws.ArgumentException.With.Message.Contains("2 sums"));
            Refused("SumsOfPeriodicProducts: the scales differ", () => evaluator.SumsOfPeriodicProducts([a, other], two)[0]!);
            Refused("SumsOfPeriodicProducts: the matrix is below", () => evaluator.SumsOfPeriodicProducts([a], low)[0]!);
            Refused("SumsOfPeriodicProducts: the operand has 3", () => evaluator.SumsOfPeriodicProducts([square], one)[0]!);
            Refused("SumsOfPeriodicProducts: the scales differ", () => Added(a, a));
            using var product = evaluator.SumsOfPeriodicProducts([a], one)[0]!;
            using var lower = evaluator.DropLevels(product, 3);
            Refused("SumsOfPeriodicProducts: products at level 4", () => Added(lower, a));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        PeriodicMatrix Matrix(int inputs, double[] values, int level) =>
            encoder.EncodePeriodicMatrix(1, inputs, values.Length, (_, _) => values, level, 64);

        Ciphertext Added(Ciphertext sum, Ciphertext operand)
        {
            using var matrix = Matrix(1, [1, 2], 4);
            evaluator.AddPeriodicProducts([sum], [operand], matrix);
            return sum;
        }
    }

    private static void Refused(string message, Func<Ciphertext> operation) =>
        Assert.That(() => operation(), Throws.InvalidOperationException.With.Message.StartsWith(message));
}
