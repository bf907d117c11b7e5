using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>Products. None of them rescales unless its name says so; scales multiply.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>ciphertext * plaintext, slot by slot; the plaintext's level may be higher.</summary>
    public Ciphertext MultiplyPlain(Ciphertext ciphertext, Plaintext plaintext)
    {
        CheckOwner(nameof(MultiplyPlain), ciphertext);
        CheckOwner(nameof(MultiplyPlain), plaintext.Parameters);
        CheckPlaintextLevel(nameof(MultiplyPlain), ciphertext, plaintext);
        var scale = ciphertext.Scale * plaintext.Scale;
        var result = Ciphertext.Allocate(Parameters, ciphertext.KeyId, ciphertext.PolynomialCount, ciphertext.Level, scale);
        ForEachLimb(result.Level, limb =>
        {
            var factor = plaintext.Polynomial.Limb(limb);
            for (var i = 0; i < result.PolynomialCount; i++)
                Kernels.Multiply(result[i].Limb(limb), ciphertext[i].Limb(limb), factor, Ring.N, Ring.Moduli[limb]);
        });
        return result;
    }

    /// <summary>left * right, slot by slot, as three polynomials at the lower of both levels.</summary>
    public Ciphertext Multiply(Ciphertext left, Ciphertext right)
    {
        CheckPolynomials(nameof(Multiply), left, 2);
        CheckPolynomials(nameof(Multiply), right, 2);
        CheckKeys(nameof(Multiply), left, right);
        return SumTensors([left], [right], left.Scale * right.Scale, differences: false);
    }

    /// <summary>ciphertext^2, as <see cref="Multiply"/>.</summary>
    public Ciphertext Square(Ciphertext ciphertext)
    {
        CheckPolynomials(nameof(Square), ciphertext, 2);
        return SumTensors([ciphertext], [ciphertext], ciphertext.Scale * ciphertext.Scale, differences: false);
    }

    /// <summary>
    /// Σ_i left[i] * right[i] as three polynomials, at the lowest level of all operands; the products' scales must agree. One
    /// relinearization then serves the whole sum.
    /// </summary>
    public Ciphertext SumOfProducts(IReadOnlyList<Ciphertext> left, IReadOnlyList<Ciphertext> right)
    {
        CheckPairs(nameof(SumOfProducts), left, right);
        var scale = left[0].Scale * right[0].Scale;
        for (var i = 0; i < left.Count; i++)
        {
            var product = left[i].Scale * right[i].Scale;
            CheckScales($"{nameof(SumOfProducts)}, product {i} against the first", left[0].Level, scale, left[i].Level, product);
        }
        return SumTensors(left, right, scale, differences: false);
    }

    /// <summary>
    /// Σ_i (left[i] - right[i])^2 as three polynomials, at the lowest level of all operands; all scales must agree.
    /// </summary>
    public Ciphertext SumOfSquaredDifferences(IReadOnlyList<Ciphertext> left, IReadOnlyList<Ciphertext> right)
    {
        CheckPairs(nameof(SumOfSquaredDifferences), left, right);
        var scale = left[0].Scale;
        foreach (var operand in left.Concat(right))
            CheckScales(nameof(SumOfSquaredDifferences), left[0].Level, scale, operand.Level, operand.Scale);
        return SumTensors(left, right, scale * scale, differences: true);
    }

    /// <summary>Three polynomials to two with the relinearization key; scale and level stay.</summary>
    public Ciphertext Relinearize(Ciphertext product)
    {
        using var key = RelinearizationKey(nameof(Relinearize), product);
        return FinishRelinearization(product, _switcher.Switch(product[2], product.Level, key.Key));
    }

    /// <summary>
    /// Three polynomials to two, one level down: the division by P and the rescale are one, which is faster and rounds once.
    /// </summary>
    public Ciphertext RelinearizeAndRescale(Ciphertext product) => RelinearizeAndRescaleAll(nameof(RelinearizeAndRescale), [product])[0];

    /// <summary>Divides by P and adds c_0 and c_1; disposes the sums.</summary>
    private Ciphertext FinishRelinearization(Ciphertext product, RnsPolynomial[] sums)
    {
        var results = _switcher.Divide(sums, product.Level, rescales: false, [product[0], product[1]]);
        DisposeAll(sums);
        return new Ciphertext(Parameters, product.KeyId, results, product.Level, product.Scale);
    }

    /// <summary>Adds P c_0 and P c_1 and divides by P q_level; disposes the sums.</summary>
    private Ciphertext FinishRescale(Ciphertext product, RnsPolynomial[] sums, double? scale)
    {
        var results = _switcher.Divide(sums, product.Level, rescales: true, [product[0], product[1]]);
        DisposeAll(sums);
        return new Ciphertext(
            Parameters, product.KeyId, results, product.Level - 1, scale ?? product.Scale / Parameters.Moduli[product.Level]);
    }

    private static void DisposeAll(IEnumerable<IDisposable?> items)
    {
        foreach (var item in items)
            item?.Dispose();
    }

    private Ciphertext SumTensors(IReadOnlyList<Ciphertext> left, IReadOnlyList<Ciphertext> right, double scale, bool differences)
    {
        var level = Math.Min(left.Min(operand => operand.Level), right.Min(operand => operand.Level));
        var result = Ciphertext.Allocate(Parameters, left[0].KeyId, 3, level, scale);
        var chunk = Math.Min(Ring.N, ParallelChunk);
        var chunks = Ring.N / chunk;
        _workers.For((level + 1) * chunks, item =>
            SumTensorChunk(result, left, right, item / chunks, item % chunks * chunk, chunk, differences));
        return result;
    }

    private void SumTensorChunk(
        Ciphertext result, IReadOnlyList<Ciphertext> left, IReadOnlyList<Ciphertext> right, int limb, int offset, int length,
        bool differences)
    {
        var addresses = System.Buffers.ArrayPool<nint>.Shared.Rent(4 * left.Count);
        for (var i = 0; i < left.Count; i++)
        {
            addresses[4 * i] = (nint)left[i][0].Limb(limb);
            addresses[4 * i + 1] = (nint)left[i][1].Limb(limb);
            addresses[4 * i + 2] = (nint)right[i][0].Limb(limb);
            addresses[4 * i + 3] = (nint)right[i][1].Limb(limb);
        }
        double* result0 = result[0].Limb(limb), result1 = result[1].Limb(limb), result2 = result[2].Limb(limb);
        var modulus = Ring.Moduli[limb];
        fixed (nint* operands = addresses)
        {
            if (differences)
                Kernels.SumOfSquaredDifferences(result0, result1, result2, (double**)operands, left.Count, offset, length, modulus);
            else
                Kernels.SumOfProducts(result0, result1, result2, (double**)operands, left.Count, offset, length, modulus);
        }
        System.Buffers.ArrayPool<nint>.Shared.Return(addresses);
    }

    private void CheckPairs(string operation, IReadOnlyList<Ciphertext> left, IReadOnlyList<Ciphertext> right)
    {
        if (left.Count == 0 || left.Count != right.Count)
            throw new ArgumentException($"{operation}: {left.Count} and {right.Count} operands; it needs equally many, at least one");
        foreach (var operand in left)
            CheckPolynomials(operation, operand, 2);
        foreach (var operand in right)
            CheckPolynomials(operation, operand, 2);
        CheckKeys(operation, left, left[0]);
        CheckKeys(operation, right, left[0]);
    }

    /// <summary>The relinearization key, which is to be disposed when the operation is done with it.</summary>
    private KeyLease RelinearizationKey(string operation, Ciphertext product)
    {
        CheckPolynomials(operation, product, 3);
        CheckRelinearizationKey(operation, product);
        return Keys.Lease(EvaluationKeyId.Relinearization)!;
    }

    /// <summary>Whether there is a relinearization key for a ciphertext's level; it is not loaded.</summary>
    private void CheckRelinearizationKey(string operation, Ciphertext ciphertext)
    {
        var level = Keys.LevelOf(EvaluationKeyId.Relinearization)
            ?? throw new InvalidOperationException($"{operation}: there is no relinearization key ({Describe(ciphertext)})");
        CheckKeyLevel(operation, level, ciphertext.Level, ciphertext.Scale);
    }

    private static void CheckKeyLevel(string operation, int keyLevel, int level, double scale)
    {
        if (level > keyLevel)
        {
            throw new InvalidOperationException(
                $"{operation}: the key serves levels up to {keyLevel}, the ciphertext is at {Describe(level, scale)}; "
                + "drop its levels or make the key for a higher one");
        }
    }
}
