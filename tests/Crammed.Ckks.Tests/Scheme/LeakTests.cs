namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Every operation leaves exactly its result behind, also when it fails, and steady work takes no managed arrays.</summary>
[TestFixture]
internal sealed class LeakTests
{
    private CkksSetup _setup = null!;
    private Ciphertext _a = null!;
    private Ciphertext _product = null!;
    private Plaintext _plain = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _a = _setup.Encryptor.Encrypt([1.0], 4);
        _product = _setup.Evaluator.Square(_a);
        _plain = _setup.Encoder.Encode([1.0], 4, _a.Scale);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _a.Dispose();
        _product.Dispose();
        _plain.Dispose();
    }

    private IEnumerable<(string Name, Func<Ciphertext[]> Run)> Operations()
    {
        var evaluator = _setup.Evaluator;
        yield return ("Add", () => [evaluator.Add(_a, _a)]);
        yield return ("Subtract", () => [evaluator.Subtract(_product, _product)]);
        yield return ("Negate", () => [evaluator.Negate(_a)]);
        yield return ("AddPlain", () => [evaluator.AddPlain(_a, _plain)]);
        yield return ("AddConstant", () => [evaluator.AddConstant(_a, 1)]);
        yield return ("MultiplyInteger", () => [evaluator.MultiplyInteger(_a, 3)]);
        yield return ("MultiplyPlain", () => [evaluator.MultiplyPlain(_a, _plain)]);
        yield return ("MultiplyScalar", () => [evaluator.MultiplyScalar(_a, 0.5, 1024)]);
        yield return ("Multiply", () => [evaluator.Multiply(_a, _a)]);
        yield return ("SumOfProducts", () => [evaluator.SumOfProducts([_a, _a], [_a, _a])]);
        yield return ("SumOfSquaredDifferences", () => [evaluator.SumOfSquaredDifferences([_a, _a], [_a, _a])]);
        yield return ("Relinearize", () => [evaluator.Relinearize(_product)]);
        yield return ("RelinearizeAndRescale", () => [evaluator.RelinearizeAndRescale(_product)]);
        yield return ("Rescale", () => [evaluator.Rescale(_a)]);
        yield return ("DropLevels", () => [evaluator.DropLevels(_a, 2)]);
        yield return ("LowerTo", () => [evaluator.LowerTo(_a, 1)]);
        yield return ("Rotate", () => [evaluator.Rotate(_a, 5)]);
        yield return ("RotateMany", () => evaluator.RotateMany(_a, [1, 0, 2]));
        yield return ("RotateBatch", () => evaluator.RotateBatch([_a, _a], 2));
        yield return ("RelinearizeBatch", () => evaluator.RelinearizeBatch([_product, _product]));
        yield return ("RelinearizeAndRescaleBatch", () => evaluator.RelinearizeAndRescaleBatch([_product, _product]));
        yield return ("Conjugate", () => [evaluator.Conjugate(_a)]);
        double[,] weights = { { 1, 2 }, { 3, 4 } };
        yield return ("LinearCombinations", () => evaluator.LinearCombinations([_a, _a], weights, 1024));
    }

    [Test]
    public void Operations_leave_only_their_results()
    {
        foreach ((var name, var run) in Operations())
        {
            (long buffers, long bytes) before = (ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes);
            var results = run();
            Assert.That(ResidueMemory.LiveBuffers - before.buffers, Is.EqualTo(results.Sum(result => result.PolynomialCount)), name);
            foreach (var result in results)
                result.Dispose();
            Assert.That((ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes), Is.EqualTo(before), name);
        }
    }

    [Test]
    public void A_second_dispose_does_nothing()
    {
        var copy = _a.Clone();
        copy.Dispose();
        var live = ResidueMemory.LiveBuffers;
        copy.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Decryption_encoding_and_refused_operations_leave_nothing()
    {
        var live = ResidueMemory.LiveBuffers;
        _setup.Decryptor.DecryptToSlots(_a);
        _setup.Encryptor.Encrypt([1.0], 2).Dispose();
        using (_setup.Generator.CreatePublicKey())
        {
        }
        using (var sparse = _setup.Encoder.EncodeSparse([1.0, 2.0], 3, Math.ScaleB(1, 90)))
        using (var constant = _setup.Encoder.EncodeConstant(2, 1, 8))
        {
            _setup.Encoder.Decode(constant);
            _setup.Encoder.DecodeSparse(sparse, 2);
        }
        Assert.That(() => _setup.Encoder.Encode([double.NaN], 0), Throws.ArgumentException);
        Assert.That(() => _setup.Encoder.EncodeConstant(1e30, 0, 8), Throws.ArgumentException);
        Assert.That(() => _setup.Evaluator.Rotate(_a, 7), Throws.InvalidOperationException);
        Assert.That(() => _setup.Evaluator.LinearCombinations([_a], new double[,] { { 1e30 } }, 1), Throws.ArgumentException);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>A ciphertext of this level has 160 KiB of residues; an operation takes a small fraction of that from the heap.</summary>
    [Test]
    public void Steady_work_allocates_no_arrays()
    {
        var evaluator = new Evaluator(_setup.Parameters, _setup.Keys, 1);
        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16_000));

        void Work()
        {
            evaluator.Rotate(_a, 1).Dispose();
            evaluator.RelinearizeAndRescale(_product).Dispose();
            evaluator.SumOfProducts([_a, _a], [_a, _a]).Dispose();
            evaluator.LowerTo(_a, 2).Dispose();
        }
    }

    [Test]
    public void Memory_is_kept_up_to_the_limit_and_given_back_on_request()
    {
        var limit = ResidueMemory.MaxCachedBytes;
        try
        {
            _a.Clone().Dispose();
            Assert.That(ResidueMemory.CachedBytes, Is.GreaterThan(0));
            ResidueMemory.Trim();
            Assert.That(ResidueMemory.CachedBytes, Is.Zero);
            ResidueMemory.MaxCachedBytes = 0;
            _a.Clone().Dispose();
            Assert.That(ResidueMemory.CachedBytes, Is.Zero);
        }
        finally
        {
            ResidueMemory.MaxCachedBytes = limit;
        }
    }

    [Test]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        Evaluator one = new(_setup.Parameters, _setup.Keys, 1), four = new(_setup.Parameters, _setup.Keys, 4);
        using Ciphertext x = one.SumOfProducts([_a, _a, _a], [_a, _a, _a]), y = four.SumOfProducts([_a, _a, _a], [_a, _a, _a]);
        Ciphertext[] p = one.RotateMany(_a, [1, 2, 3]), q = four.RotateMany(_a, [1, 2, 3]);
        Ciphertext[] t = [one.RelinearizeAndRescale(_product), one.Rescale(_a)];
        Ciphertext[] u = [four.RelinearizeAndRescale(_product), four.Rescale(_a)];
        double[,] weights = { { 0.1, 0.2 }, { -0.3, 0.4 } };
        Ciphertext[] r = one.LinearCombinations([_a, _a], weights, 1 << 20), s = four.LinearCombinations([_a, _a], weights, 1 << 20);
        foreach ((var left, var right) in p.Concat(r).Concat(t).Append(x).Zip(q.Concat(s).Concat(u).Append(y)))
        {
            for (var polynomial = 0; polynomial < left.PolynomialCount; polynomial++)
            {
                for (var limb = 0; limb <= left.Level; limb++)
                    Assert.That(left[polynomial].LimbSpan(limb).SequenceEqual(right[polynomial].LimbSpan(limb)));
            }
        }
        foreach (var ciphertext in p.Concat(q).Concat(r).Concat(s).Concat(t).Concat(u))
            ciphertext.Dispose();
    }
}
