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

    private static void Refused(string message, Func<Ciphertext> operation) =>
        Assert.That(() => operation(), Throws.InvalidOperationException.With.Message.StartsWith(message));
}
