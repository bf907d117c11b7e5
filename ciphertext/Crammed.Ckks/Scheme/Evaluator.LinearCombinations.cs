using System.Buffers;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>Plain matrix times vector of ciphertexts.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// For every output o, Σ_i weights[o, i] * inputs[i]: the weights become integers round(weight * weightScale), at most 2^62 in
    /// size, the results' scale grows by weightScale, and nothing is rescaled. Inputs must agree in scale; the results have their
    /// lowest level. An exact product of residue matrices, without noise of its own.
    /// </summary>
    public Ciphertext[] LinearCombinations(IReadOnlyList<Ciphertext> inputs, double[,] weights, double weightScale)
    {
        int outputCount = weights.GetLength(0), inputCount = weights.GetLength(1);
        if (inputCount != inputs.Count || inputCount == 0 || outputCount == 0)
        {
            throw new ArgumentException(
                $"{nameof(LinearCombinations)}: {inputs.Count} inputs and a matrix of {outputCount} x {inputCount} weights");
        }
        foreach (Ciphertext input in inputs)
        {
            CheckOwner(nameof(LinearCombinations), input.Parameters);
            if (input.PolynomialCount != inputs[0].PolynomialCount)
            {
                throw new InvalidOperationException(
                    $"{nameof(LinearCombinations)}: operands of {inputs[0].PolynomialCount} and {input.PolynomialCount} polynomials, "
                    + $"{Describe(inputs[0])} and {Describe(input)}");
            }
            CheckScales(nameof(LinearCombinations), inputs[0].Level, inputs[0].Scale, input.Level, input.Scale);
        }
        long[] integers = ToScalars(weights, weightScale);
        int level = inputs.Min(input => input.Level);
        var results = new Ciphertext[outputCount];
        for (int output = 0; output < outputCount; output++)
            results[output] = Ciphertext.Allocate(Parameters, inputs[0].PolynomialCount, level, inputs[0].Scale * weightScale);
        double[] residues = ArrayPool<double>.Shared.Rent(integers.Length);
        for (int limb = 0; limb <= level; limb++)
        {
            Modulus modulus = Ring.Moduli[limb];
            for (int i = 0; i < integers.Length; i++)
                residues[i] = modulus.Centre(modulus.Reduce(integers[i]));
            MultiplyMatrix(results, inputs, residues, limb);
        }
        ArrayPool<double>.Shared.Return(residues);
        return results;
    }

    private static long[] ToScalars(double[,] weights, double weightScale)
    {
        var integers = new long[weights.Length];
        int next = 0;
        foreach (double weight in weights)
            integers[next++] = ToScalar(nameof(LinearCombinations), weight, weightScale);
        return integers;
    }

    private void MultiplyMatrix(Ciphertext[] results, IReadOnlyList<Ciphertext> inputs, double[] residues, int limb)
    {
        int chunk = Math.Min(Ring.N, ParallelChunk / 2);
        int chunks = Ring.N / chunk;
        ForEach(results[0].PolynomialCount * chunks, item =>
        {
            int polynomial = item / chunks;
            nint[] addresses = ArrayPool<nint>.Shared.Rent(results.Length + inputs.Count);
            for (int output = 0; output < results.Length; output++)
                addresses[output] = (nint)results[output][polynomial].Limb(limb);
            for (int input = 0; input < inputs.Count; input++)
                addresses[results.Length + input] = (nint)inputs[input][polynomial].Limb(limb);
            fixed (nint* pointers = addresses)
            fixed (double* weights = residues)
            {
                Kernels.LinearCombinations(
                    (double**)pointers, results.Length, (double**)pointers + results.Length, inputs.Count, weights,
                    item % chunks * chunk, chunk, Ring.Moduli[limb]);
            }
            ArrayPool<nint>.Shared.Return(addresses);
        });
    }
}
