namespace Crammed.Ckks;

/// <summary>Sums of products with plaintexts.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// Σ_i ciphertexts[i] * plaintexts[i], slot by slot, at the lowest level of all ciphertexts; the products' scales must agree. Each
    /// plaintext is read once for both polynomials, and each sum is written once. Not rescaled.
    /// </summary>
    /// <exception cref="ArgumentException">there is no product, the numbers differ, or a plaintext does not fit the level</exception>
    /// <exception cref="InvalidOperationException">a ciphertext is not relinearized, scales differ, or a plaintext's level is too
    /// low</exception>
    public Ciphertext SumOfPlainProducts(IReadOnlyList<Ciphertext> ciphertexts, IReadOnlyList<Plaintext> plaintexts)
    {
        const string operation = nameof(SumOfPlainProducts);
        if (ciphertexts.Count == 0 || ciphertexts.Count != plaintexts.Count)
            throw new ArgumentException($"{operation}: {ciphertexts.Count} ciphertexts and {plaintexts.Count} plaintexts");
        var level = ciphertexts.Min(ciphertext => ciphertext.Level);
        var scale = ciphertexts[0].Scale * plaintexts[0].Scale;
        for (var i = 0; i < ciphertexts.Count; i++)
        {
            CheckPolynomials(operation, ciphertexts[i], 2);
            CheckKeys(operation, ciphertexts[0], ciphertexts[i]);
            CheckOwner(operation, plaintexts[i].Parameters);
            if (plaintexts[i].Level < level)
                CheckPlaintextLevel(operation, ciphertexts[i], plaintexts[i]);
            Parameters.CheckCoefficient(operation, plaintexts[i].Largest, level, plaintexts[i].Scale);
            CheckScales(operation, level, scale, ciphertexts[i].Level, ciphertexts[i].Scale * plaintexts[i].Scale);
        }
        var result = Ciphertext.Allocate(Parameters, ciphertexts[0].KeyId, 2, level, scale);
        ForEachLimb(level, limb => SumPlainProducts(result, ciphertexts, plaintexts, limb));
        return result;
    }

    private void SumPlainProducts(Ciphertext result, IReadOnlyList<Ciphertext> ciphertexts, IReadOnlyList<Plaintext> plaintexts, int limb)
    {
        var chunk = Math.Min(Ring.N, ParallelChunk);
        var addresses = System.Buffers.ArrayPool<nint>.Shared.Rent(3 * ciphertexts.Count);
        fixed (nint* operands = addresses)
        {
            for (var offset = 0; offset < Ring.N; offset += chunk)
            {
                for (var i = 0; i < ciphertexts.Count; i++)
                {
                    operands[3 * i] = (nint)(plaintexts[i].Polynomial.Limb(limb) + offset);
                    operands[3 * i + 1] = (nint)(ciphertexts[i][0].Limb(limb) + offset);
                    operands[3 * i + 2] = (nint)(ciphertexts[i][1].Limb(limb) + offset);
                }
                Kernels.InnerProducts(
                    result[0].Limb(limb) + offset, result[1].Limb(limb) + offset, (double**)operands, ciphertexts.Count, chunk,
                    Ring.Moduli[limb]);
            }
        }
        System.Buffers.ArrayPool<nint>.Shared.Return(addresses);
    }
}
