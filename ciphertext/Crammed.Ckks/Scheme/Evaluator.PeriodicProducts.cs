namespace Crammed.Ckks;

/// <summary>Products with matrices of periodic plaintexts.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// For every output o, Σ_i ciphertexts[i] * plaintexts[o, i], slot by slot, at the lowest level of all ciphertexts; the products'
    /// scales must agree. Null stands for zero; an output without any plaintext is null. Not rescaled. Residues of all ciphertexts are read
    /// from memory once for all outputs, and a plaintext is one number for a run of them.
    /// </summary>
    /// <exception cref="ArgumentException">the numbers differ, there is no product at all, or plaintexts of several periods or of other
    /// parameters, or one does not fit the level</exception>
    /// <exception cref="InvalidOperationException">a ciphertext is not relinearized, scales differ, or a plaintext's level is too
    /// low</exception>
    public Ciphertext?[] SumsOfPeriodicProducts(IReadOnlyList<Ciphertext> ciphertexts, PeriodicPlaintext?[,] plaintexts)
    {
        const string operation = nameof(SumsOfPeriodicProducts);
        if (ciphertexts.Count != plaintexts.GetLength(1))
        {
            throw new ArgumentException(
                $"{operation}: {ciphertexts.Count} ciphertexts and {plaintexts.GetLength(1)} plaintexts to an output");
        }
        var used = plaintexts.Cast<PeriodicPlaintext?>().OfType<PeriodicPlaintext>().ToArray();
        if (used.Length == 0)
            throw new ArgumentException($"{operation}: there is no product");
        var level = ciphertexts.Min(ciphertext => ciphertext.Level);
        var scale = CheckPeriodic(ciphertexts, plaintexts, level);
        var results = new Ciphertext?[plaintexts.GetLength(0)];
        var terms = new int[results.Length][];
        for (var output = 0; output < results.Length; output++)
        {
            terms[output] = [.. Enumerable.Range(0, ciphertexts.Count).Where(i => plaintexts[output, i] is not null)];
            if (terms[output].Length > 0)
                results[output] = Ciphertext.Allocate(Parameters, ciphertexts[0].KeyId, 2, level, scale);
        }
        var chunk = Math.Min(Ring.N / used[0].Runs, ParallelChunk / 2);
        var chunks = Ring.N / chunk;
        _workers.For((level + 1) * chunks, item =>
            MultiplyChunk(results, terms, ciphertexts, plaintexts, item / chunks, item % chunks * chunk, chunk));
        return results;
    }

    /// <summary>A piece of a limb in which each plaintext has one value.</summary>
    private void MultiplyChunk(
        Ciphertext?[] results, int[][] terms, IReadOnlyList<Ciphertext> ciphertexts, PeriodicPlaintext?[,] plaintexts, int limb, int offset,
        int length)
    {
        var addresses = System.Buffers.ArrayPool<nint>.Shared.Rent(2 * ciphertexts.Count);
        var factors = System.Buffers.ArrayPool<double>.Shared.Rent(ciphertexts.Count);
        fixed (nint* operands = addresses)
        fixed (double* constants = factors)
        {
            for (var output = 0; output < results.Length; output++)
            {
                if (results[output] is not { } result)
                    continue;
                for (var k = 0; k < terms[output].Length; k++)
                {
                    var i = terms[output][k];
                    constants[k] = plaintexts[output, i]!.At(limb, offset);
                    operands[2 * k] = (nint)(ciphertexts[i][0].Limb(limb) + offset);
                    operands[2 * k + 1] = (nint)(ciphertexts[i][1].Limb(limb) + offset);
                }
                Kernels.ConstantProducts(
                    result[0].Limb(limb) + offset, result[1].Limb(limb) + offset, (double**)operands, constants, terms[output].Length,
                    length, Ring.Moduli[limb]);
            }
        }
        System.Buffers.ArrayPool<nint>.Shared.Return(addresses);
        System.Buffers.ArrayPool<double>.Shared.Return(factors);
    }

    /// <summary>The scale of the results.</summary>
    private double CheckPeriodic(IReadOnlyList<Ciphertext> ciphertexts, PeriodicPlaintext?[,] plaintexts, int level)
    {
        const string operation = nameof(SumsOfPeriodicProducts);
        double? scale = null;
        int? runs = null;
        for (var i = 0; i < ciphertexts.Count; i++)
        {
            CheckPolynomials(operation, ciphertexts[i], 2);
            CheckKeys(operation, ciphertexts[0], ciphertexts[i]);
            for (var output = 0; output < plaintexts.GetLength(0); output++)
            {
                if (plaintexts[output, i] is not { } plaintext)
                    continue;
                CheckOwner(operation, plaintext.Parameters);
                if (plaintext.Level < level)
                {
                    throw new InvalidOperationException(
                        $"{operation}: the plaintext is below the ciphertext, {Describe(plaintext.Level, plaintext.Scale)} against level "
                        + $"{level}");
                }
                if ((runs ??= plaintext.Runs) != plaintext.Runs)
                    throw new ArgumentException($"{operation}: plaintexts of periods {runs / 2} and {plaintext.Runs / 2}");
                Parameters.CheckCoefficient(operation, plaintext.Largest, level, plaintext.Scale);
                var product = ciphertexts[i].Scale * plaintext.Scale;
                CheckScales(operation, level, scale ??= product, ciphertexts[i].Level, product);
            }
        }
        return scale!.Value;
    }
}
