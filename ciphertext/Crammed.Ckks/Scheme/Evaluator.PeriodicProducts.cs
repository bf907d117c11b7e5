namespace Crammed.Ckks;

/// <summary>Products with matrices of periodic slots: products of matrices of residues, one for each run of residues.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// For every output o, Σ_i ciphertexts[i] * matrix[o, i], slot by slot, at the lowest level of all ciphertexts, whose scales must agree;
    /// null where the matrix has no entry. Not rescaled. Residues of all ciphertexts are read from memory once for all outputs.
    /// </summary>
    /// <exception cref="ArgumentException">the numbers differ, or the matrix is of other parameters or does not fit the level</exception>
    /// <exception cref="InvalidOperationException">a ciphertext is not relinearized, scales differ, or the matrix's level is too low</exception>
    public Ciphertext?[] SumsOfPeriodicProducts(IReadOnlyList<Ciphertext> ciphertexts, PeriodicMatrix matrix)
    {
        var sums = new Ciphertext?[matrix.Outputs];
        AddPeriodicProducts(sums, ciphertexts, matrix);
        return sums;
    }

    /// <summary>
    /// Adds <see cref="SumsOfPeriodicProducts"/> to sums of the same level and scale, those that are null begin here: products of more
    /// ciphertexts than are at hand at a time.
    /// </summary>
    /// <inheritdoc cref="SumsOfPeriodicProducts"/>
    public void AddPeriodicProducts(Ciphertext?[] sums, IReadOnlyList<Ciphertext> ciphertexts, PeriodicMatrix matrix)
    {
        var (level, scale) = CheckPeriodic(sums, ciphertexts, matrix);
        var adds = sums.Any(sum => sum is not null);
        for (var output = 0; output < sums.Length; output++)
        {
            if (sums[output] is { } begun)
            {
                begun.Seed = null;
                continue;
            }
            if (!matrix.IsUsed(output))
                continue;
            var sum = sums[output] = Ciphertext.Allocate(Parameters, ciphertexts[0].KeyId, 2, level, scale);
            for (var limb = 0; limb <= level && adds; limb++)
            {
                sum[0].LimbSpan(limb).Clear();
                sum[1].LimbSpan(limb).Clear();
            }
        }
        int run = Ring.N / matrix.Runs, chunk = Math.Min(run, ParallelChunk), chunks = Ring.N / chunk;
        _workers.For((level + 1) * chunks, item =>
        {
            int limb = item / chunks, offset = item % chunks * chunk;
            MultiplyRun(sums, ciphertexts, matrix, limb, offset / run, offset, chunk, adds);
        });
    }

    /// <summary>A piece of a limb in which each entry of the matrix has one value.</summary>
    private void MultiplyRun(
        Ciphertext?[] sums, IReadOnlyList<Ciphertext> ciphertexts, PeriodicMatrix matrix, int limb, int run, int offset, int length,
        bool adds)
    {
        double** results = stackalloc double*[sums.Length + ciphertexts.Count], operands = results + sums.Length;
        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            for (var output = 0; output < sums.Length; output++)
                results[output] = matrix.IsUsed(output) ? sums[output]![polynomial].Limb(limb) : null;
            for (var input = 0; input < ciphertexts.Count; input++)
                operands[input] = ciphertexts[input][polynomial].Limb(limb);
            Kernels.MultiplyMatrix(
                results, sums.Length, operands, ciphertexts.Count, matrix.Weights(limb, run), offset, length, adds, Ring.Moduli[limb]);
        }
    }

    /// <summary>Level and scale of the sums.</summary>
    private (int Level, double Scale) CheckPeriodic(Ciphertext?[] sums, IReadOnlyList<Ciphertext> ciphertexts, PeriodicMatrix matrix)
    {
        const string operation = nameof(SumsOfPeriodicProducts);
        CheckOwner(operation, matrix.Parameters);
        if (ciphertexts.Count != matrix.Inputs || sums.Length != matrix.Outputs)
        {
            throw new ArgumentException(
                $"{operation}: {ciphertexts.Count} ciphertexts and {sums.Length} sums for {matrix.Outputs} x {matrix.Inputs} plaintexts");
        }
        foreach (var ciphertext in ciphertexts)
        {
            CheckPolynomials(operation, ciphertext, 2);
            CheckKeys(operation, ciphertexts[0], ciphertext);
            CheckScales(operation, ciphertexts[0].Level, ciphertexts[0].Scale, ciphertext.Level, ciphertext.Scale);
        }
        var level = ciphertexts.Min(ciphertext => ciphertext.Level);
        if (matrix.Level < level)
        {
            throw new InvalidOperationException(
                $"{operation}: the matrix is below the ciphertexts, {Describe(matrix.Level, matrix.Scale)} against level {level}");
        }
        Parameters.CheckCoefficient(operation, matrix.Largest, level, matrix.Scale);
        var scale = ciphertexts[0].Scale * matrix.Scale;
        foreach (var sum in sums.OfType<Ciphertext>())
        {
            CheckPolynomials(operation, sum, 2);
            CheckKeys(operation, ciphertexts[0], sum);
            CheckScales(operation, level, scale, sum.Level, sum.Scale);
            if (sum.Level != level)
                throw new InvalidOperationException($"{operation}: products at level {level} for a sum at {Describe(sum)}");
        }
        return (level, scale);
    }
}
