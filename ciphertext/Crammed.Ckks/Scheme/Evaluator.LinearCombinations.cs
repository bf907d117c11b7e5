using System.Buffers;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>Plain matrix times vector of ciphertexts.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>The largest weight times its scale: what the residue product takes.</summary>
    private const double LargestWeight = 1L << 62;

    /// <summary>
    /// For every output o, Σ_i weights[o, i] * inputs[i], at a scale that has grown by weightScale, not rescaled. Inputs must agree
    /// in scale; the results have their lowest level. An exact product of residue matrices, without noise of its own.
    /// </summary>
    /// <remarks>
    /// The weights become integers k round(weight * weightScale / k) with the least integer k >= 1 for which the rounded ones are at most
    /// 2^27 in size, so a weight is exact to the larger of 1 / (2 weightScale) and 2^-28 of the largest weight. Largest
    /// weight * weightScale may be 2^62, or half the modulus of the level. Weights of zero cost nothing where four outputs in a row have them.
    /// </remarks>
    /// <exception cref="ArgumentException">the numbers of inputs and weights differ, a weight is too large or not a number, or weightScale is not
    /// a positive number</exception>
    public Ciphertext[] LinearCombinations(IReadOnlyList<Ciphertext> inputs, double[,] weights, double weightScale)
    {
        int outputCount = weights.GetLength(0), inputCount = weights.GetLength(1);
        if (inputCount != inputs.Count || inputCount == 0 || outputCount == 0)
        {
            throw new ArgumentException(
                $"{nameof(LinearCombinations)}: {inputs.Count} inputs and a matrix of {outputCount} x {inputCount} weights");
        }
        foreach (var input in inputs)
        {
            CheckOwner(nameof(LinearCombinations), input);
            CheckKeys(nameof(LinearCombinations), inputs[0], input);
            if (input.PolynomialCount != inputs[0].PolynomialCount)
            {
                throw new InvalidOperationException(
                    $"{nameof(LinearCombinations)}: operands of {inputs[0].PolynomialCount} and {input.PolynomialCount} polynomials, "
                    + $"{Describe(inputs[0])} and {Describe(input)}");
            }
            CheckScales(nameof(LinearCombinations), inputs[0].Level, inputs[0].Scale, input.Level, input.Scale);
        }
        CheckFactorScale(nameof(LinearCombinations), inputs[0].Scale, weightScale);
        var level = inputs.Min(input => input.Level);
        (var matrix, var factor) = ToIntegers(weights, weightScale, level);
        var results = new Ciphertext[outputCount];
        for (var output = 0; output < outputCount; output++)
        {
            results[output] = Ciphertext.Allocate(
                Parameters, inputs[0].KeyId, inputs[0].PolynomialCount, level, inputs[0].Scale * weightScale);
        }
        for (var limb = 0; limb <= level; limb++)
            MultiplyMatrix(results, inputs, matrix, factor, limb);
        return results;
    }

    private (PackedMatrix Matrix, ulong Factor) ToIntegers(double[,] weights, double weightScale, int level)
    {
        double largest = 0;
        foreach (var weight in weights)
            largest = Math.Max(largest, Math.Abs(Math.Round(weight * weightScale)));
        if (!(largest <= LargestWeight))
        {
            throw new ArgumentException(
                $"{nameof(LinearCombinations)}: a weight at scale 2^{Math.Log2(weightScale):F1} passes 2^62 or is not a number");
        }
        Parameters.CheckCoefficient(nameof(LinearCombinations), largest, level, weightScale);
        var factor = Math.Max(1, Math.Ceiling(largest / ResidueSplit.LargestWeight));
        var integers = new double[weights.Length];
        var next = 0;
        foreach (var weight in weights)
            integers[next++] = Math.Round(weight * weightScale / factor);
        return (new PackedMatrix(integers, weights.GetLength(0), weights.GetLength(1)), (ulong)factor);
    }

    private void MultiplyMatrix(Ciphertext[] results, IReadOnlyList<Ciphertext> inputs, PackedMatrix matrix, ulong factor, int limb)
    {
        var modulus = Ring.Moduli[limb];
        var split = new ResidueSplit(modulus, ResidueSplit.LargestWeight, factor % modulus.Value);
        var chunk = Math.Min(Ring.N, ParallelChunk / 2);
        var chunks = Ring.N / chunk;
        _workers.For(results[0].PolynomialCount * chunks, item =>
        {
            var polynomial = item / chunks;
            var addresses = ArrayPool<nint>.Shared.Rent(results.Length + inputs.Count);
            for (var output = 0; output < results.Length; output++)
                addresses[output] = (nint)results[output][polynomial].Limb(limb);
            for (var input = 0; input < inputs.Count; input++)
                addresses[results.Length + input] = (nint)inputs[input][polynomial].Limb(limb);
            fixed (nint* pointers = addresses)
            {
                Kernels.LinearCombinations(
                    (double**)pointers, (double**)pointers + results.Length, matrix, split, item % chunks * chunk, chunk, modulus);
            }
            ArrayPool<nint>.Shared.Return(addresses);
        });
    }
}
