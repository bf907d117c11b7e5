using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// The evaluator's operations on <see cref="SlotEstimate"/>s, under the same names. Messages and errors of operands are taken as
/// independent, but for <see cref="Square(SlotEstimate)"/>; where messages are not, set <see cref="SlotEstimate.Rms"/> of the result (<c>with</c>).
/// Levels, scales and keys are the evaluator's to check.
/// </summary>
public sealed partial class NoiseEstimator
{
    /// <summary>An encryption under the secret key of an encoded message.</summary>
    public SlotEstimate EncryptSymmetric(int level, double scale, double rms) =>
        new(level, scale, rms, Together(FreshSymmetric(scale), EncodeRounding(scale)));

    /// <summary>An encryption under the public key of an encoded message.</summary>
    public SlotEstimate EncryptPublic(int level, double scale, double rms) =>
        new(level, scale, rms, Together(FreshPublic(scale), EncodeRounding(scale)));

    /// <summary>The sum, and equally the difference, of two ciphertexts.</summary>
    public SlotEstimate Add(SlotEstimate left, SlotEstimate right) => new(
        Math.Min(left.Level, right.Level), left.Scale, Together(left.Rms, right.Rms), Together(left.Error, right.Error),
        Math.Max(left.PolynomialCount, right.PolynomialCount));

    /// <summary>The difference of two ciphertexts: as noisy as their sum.</summary>
    public SlotEstimate Subtract(SlotEstimate left, SlotEstimate right) => Add(left, right);

    /// <summary>No noise.</summary>
    public SlotEstimate Negate(SlotEstimate operand) => operand;

    /// <summary>The sum with (or difference from) a plaintext at the operand's scale, whose encoding was rounded.</summary>
    /// <param name="operand">the ciphertext</param>
    /// <param name="plaintextRms">root mean square of the plaintext's slots</param>
    public SlotEstimate AddPlain(SlotEstimate operand, double plaintextRms) => operand with
    {
        Rms = Together(operand.Rms, plaintextRms),
        Error = Together(operand.Error, EncodeRounding(operand.Scale)),
    };

    /// <summary>The sum with a constant, which is rounded to a multiple of 1 / scale.</summary>
    public SlotEstimate AddConstant(SlotEstimate operand, double constant) => operand with
    {
        Rms = Together(operand.Rms, constant),
        Error = Together(operand.Error, RoundingOf(constant, operand.Scale)),
    };

    /// <summary>The product with an integer; the scale stays.</summary>
    public SlotEstimate MultiplyInteger(SlotEstimate operand, long integer) =>
        operand with { Rms = Math.Abs((double)integer) * operand.Rms, Error = Math.Abs((double)integer) * operand.Error };

    /// <summary>
    /// The product with round(value * scalarScale) / scalarScale. What that rounding changes is counted in full for each part, though parts
    /// of complex slots share it.
    /// </summary>
    public SlotEstimate MultiplyScalar(SlotEstimate operand, double value, double scalarScale) => operand with
    {
        Scale = operand.Scale * scalarScale,
        Rms = Math.Abs(value) * operand.Rms,
        Error = Together(value * operand.Error, RoundingOf(value, scalarScale) * operand.Rms),
    };

    /// <summary>The product with a plaintext of any scale, whose encoding was rounded.</summary>
    public SlotEstimate MultiplyPlain(SlotEstimate operand, double plaintextRms, double plaintextScale) => operand with
    {
        Scale = operand.Scale * plaintextScale,
        Rms = operand.Rms * plaintextRms,
        Error = Product(operand.Rms, operand.Error, plaintextRms, EncodeRounding(plaintextScale)),
    };

    /// <summary>The product of two ciphertexts as three polynomials.</summary>
    public SlotEstimate Multiply(SlotEstimate left, SlotEstimate right) => new(
        Math.Min(left.Level, right.Level), left.Scale * right.Scale, left.Rms * right.Rms,
        Product(left.Rms, left.Error, right.Rms, right.Error), PolynomialCount: 3);

    /// <summary>
    /// A square: its error 2 m e + e^2 has twice the variance of a product's. The root mean square is that of slots of equal moduli; it is
    /// larger for others (sqrt(9/5) times for real numbers uniform in [-1, 1]).
    /// </summary>
    public SlotEstimate Square(SlotEstimate operand)
    {
        var product = Multiply(operand, operand);
        return product with { Error = Math.Sqrt(2) * product.Error };
    }

    /// <summary>Σ_i left[i] * right[i] as three polynomials.</summary>
    public SlotEstimate SumOfProducts(IReadOnlyList<SlotEstimate> left, IReadOnlyList<SlotEstimate> right) =>
        left.Zip(right, Multiply).Aggregate(Add);

    /// <summary>Σ_i (left[i] - right[i])^2 as three polynomials.</summary>
    public SlotEstimate SumOfSquaredDifferences(IReadOnlyList<SlotEstimate> left, IReadOnlyList<SlotEstimate> right) =>
        left.Zip(right, (x, y) => Square(Subtract(x, y))).Aggregate(Add);

    /// <summary>Three polynomials to two.</summary>
    public SlotEstimate Relinearize(SlotEstimate product) => SwitchKey(product);

    /// <summary>Three polynomials to two, one level down.</summary>
    public SlotEstimate RelinearizeAndRescale(SlotEstimate product)
    {
        var scale = product.Scale / parameters.Moduli[product.Level];
        var error = Together(product.Error, RelinearizeAndRescale(product.Level, scale));
        return product with { Level = product.Level - 1, Scale = scale, Error = error, PolynomialCount = 2 };
    }

    /// <summary>A division by the last prime.</summary>
    public SlotEstimate Rescale(SlotEstimate operand)
    {
        var scale = operand.Scale / parameters.Moduli[operand.Level];
        var error = Together(operand.Error, Rescale(scale, operand.PolynomialCount));
        return operand with { Level = operand.Level - 1, Scale = scale, Error = error };
    }

    /// <summary>No noise.</summary>
    public SlotEstimate DropLevels(SlotEstimate operand, int level) => operand with { Level = level };

    /// <summary>To the canonical scale of a lower level: a product with a rounded factor and one rescale, however many levels.</summary>
    public SlotEstimate LowerTo(SlotEstimate operand, int level)
    {
        if (level == operand.Level)
            return operand;
        var target = parameters.ScaleAt(level);
        var factor = target * parameters.Moduli[level + 1] / operand.Scale;
        var rounding = RoundingOf(factor, 1) / factor * operand.Rms;
        var error = Together(Together(operand.Error, rounding), Rescale(target, operand.PolynomialCount));
        return operand with { Level = level, Scale = target, Error = error };
    }

    /// <summary>A rotation by a number of steps other than zero, hoisted or not.</summary>
    public SlotEstimate Rotate(SlotEstimate operand) => SwitchKey(operand);

    /// <summary>The complex conjugate.</summary>
    public SlotEstimate Conjugate(SlotEstimate operand) => SwitchKey(operand);

    /// <summary>
    /// Products with a matrix of weights, which are rounded as <see cref="Evaluator.LinearCombinations"/> does; one estimate for each row.
    /// </summary>
    public SlotEstimate[] LinearCombinations(IReadOnlyList<SlotEstimate> inputs, double[,] weights, double weightScale)
    {
        var largest = weights.Cast<double>().Max(Math.Abs) * weightScale;
        var step = Math.Max(1, Math.Ceiling(largest / ResidueSplit.LargestWeight));
        var results = new SlotEstimate[weights.GetLength(0)];
        for (var output = 0; output < results.Length; output++)
        {
            var sum = inputs[0] with { Scale = inputs[0].Scale * weightScale, Rms = 0, Error = 0 };
            for (var input = 0; input < inputs.Count; input++)
                sum = Add(sum, MultiplyScalar(inputs[input], weights[output, input], weightScale / step));
            results[output] = sum;
        }
        return results;
    }

    private SlotEstimate SwitchKey(SlotEstimate operand) => operand with
    {
        Error = Together(operand.Error, KeySwitch(operand.Level, operand.Scale)),
        PolynomialCount = 2,
    };

    /// <summary>What rounding to a multiple of 1 / scale changes.</summary>
    private static double RoundingOf(double value, double scale) => Math.Abs(Math.Round(value * scale) / scale - value);
}
