using System.Numerics;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>
/// SlotsToCoeffs and CoeffsToSlots on ciphertexts, at the levels where a bootstrap has them, each with no other keys than its plan lists.
/// Expectations are the order of coefficients that <see cref="EmbeddingPlan"/> states; noise is as <see cref="NoiseEstimator.Embedding"/>
/// predicts it.
/// </summary>
[TestFixture]
internal sealed class EmbeddingTests
{
    private const EmbeddingDirection Down = EmbeddingDirection.SlotsToCoeffs;
    private const EmbeddingDirection Up = EmbeddingDirection.CoeffsToSlots;

    /// <summary>Root mean square of the random numbers.</summary>
    private static readonly double Rms = Math.Sqrt(2.0 / 3);

    private CkksSetup _setup = null!;

    [OneTimeSetUp]
    public void SetUp() => _setup = CkksSetup.Of(NamedParameters.InsecureN11Bootstrapping);

    [TestCase(1024, 1.0)]
    [TestCase(64, 1.0)]
    [TestCase(1024, 0.05)]
    [TestCase(2, 3.0)]
    public void Slots_become_coefficients(int slots, double constant)
    {
        var plan = EmbeddingPlan.ForBootstrapping(_setup.Parameters, Down, slots);
        var values = CoefficientMessages.Random(slots, seed: slots);
        using var operand = _setup.Encrypt(Repeat(values), plan.Level);
        using var result = Apply(operand, plan, constant, out var estimate, Fresh(operand, Rms));
        Assert.That((result.Level, result.Scale), Is.EqualTo((0, operand.Scale)));
        Complex[] expected = [.. Enumerable.Range(0, slots).Select(k => constant * values[EmbeddingMatrix.Reverse(k, slots)])];
        CoefficientMessages.HaveNoise(
            CoefficientMessages.Decrypt(_setup, result), CoefficientMessages.Spread(expected, _setup.Parameters.N),
            _setup.Noise.InCoefficients(estimate.Error));
    }

    [TestCase(1024, 1.0)]
    [TestCase(64, 1.0)]
    [TestCase(1024, 0.05)]
    [TestCase(2, 3.0)]
    public void Coefficients_become_slots(int slots, double constant)
    {
        var plan = EmbeddingPlan.ForBootstrapping(_setup.Parameters, Up, slots);
        Assert.That(plan.Level, Is.EqualTo(_setup.Top));
        var values = CoefficientMessages.Random(slots, seed: slots + 1);
        using var operand = Encrypt(values, plan.Level);
        // n independent coefficients make slots sqrt(n) times as large.
        using var result = Apply(operand, plan, constant, out var estimate, Fresh(operand, Rms * Math.Sqrt(slots)));
        Assert.That((result.Level, result.Scale), Is.EqualTo((_setup.Top - plan.Depth, operand.Scale)));
        Assert.That(estimate.Level, Is.EqualTo(result.Level));
        Assert.That(estimate.Rms, Is.EqualTo(constant * Rms).Within(1e-12));
        SlotAssert.HaveNoise(
            _setup, result, i => constant * values[EmbeddingMatrix.Reverse(i % slots, slots)], estimate.Error);
    }

    /// <summary>One after the other, with splits that are not even, other baby steps, and constants that cancel.</summary>
    [TestCase(1024, new[] { 3, 3, 4 }, new[] { 3, 3, 2, 2 })]
    [TestCase(1024, new[] { 5, 5 }, new[] { 1, 6, 3 })]
    [TestCase(128, new[] { 2, 4, 1 }, new[] { 7 })]
    [TestCase(4, new[] { 2 }, new[] { 1, 1 })]
    [TestCase(2, new[] { 1 }, new[] { 1 })]
    public void One_undoes_the_other(int slots, int[] downStages, int[] upStages)
    {
        var down = new EmbeddingPlan(_setup.Parameters, Down, slots, _setup.Top, downStages);
        var middle = _setup.Top - down.Depth;
        var up = new EmbeddingPlan(_setup.Parameters, Up, slots, middle, upStages, factor => factor.KeyBytes);
        var values = CoefficientMessages.Random(slots, seed: slots + 2);
        using var operand = _setup.Encrypt(Repeat(values), _setup.Top);
        using var coefficients = Apply(operand, down, 0.25, out var estimate, Fresh(operand, Rms));
        using var result = Apply(coefficients, up, 4, out estimate, estimate);
        Assert.That((result.Level, result.Scale), Is.EqualTo((middle - up.Depth, operand.Scale)));
        Assert.That(estimate.Rms, Is.EqualTo(Rms).Within(1e-12));
        SlotAssert.HaveNoise(_setup, result, i => values[i % slots], estimate.Error);
    }

    /// <summary>
    /// Coefficients outside of the subring, as raising the modulus leaves them, are taken away by the trace to the subring, which is a sum
    /// over the N/(2n) repetitions and multiplies what it leaves by as much.
    /// </summary>
    [TestCase(256)]
    [TestCase(8)]
    public void Sparse_slots_take_the_trace_to_their_subring(int slots)
    {
        var gap = _setup.Parameters.SlotCount / slots;
        var plan = EmbeddingPlan.ForBootstrapping(_setup.Parameters, Up, slots);
        var all = CoefficientMessages.Random(_setup.Parameters.SlotCount, seed: slots + 3);
        using var operand = Encrypt(all, plan.Level);
        using var keys = _setup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(null, Evaluator.InnerSumRotations(_setup.Parameters, gap, slots).Select(steps => (steps, plan.Level))));
        using var trace = new Evaluator(_setup.Parameters, keys).InnerSum(operand, gap, slots);
        var fresh = Fresh(operand, gap * Rms * Math.Sqrt(slots));
        var traceError = _setup.Noise.InnerSum(gap, operand.Level, operand.Scale, fresh.Error);
        using var result = Apply(trace, plan, 1.0 / gap, out var estimate, fresh with { Error = traceError });
        // Repetitions share the errors of the trace: there are too few for their mean square.
        SlotAssert.AreClose(_setup, result, i => all[gap * EmbeddingMatrix.Reverse(i % slots, slots)], estimate.Error);
    }

    /// <summary>With half of the conjugates the real and the imaginary coefficients are each in slots of their own.</summary>
    [TestCase(1024)]
    [TestCase(32)]
    public void Conjugation_takes_the_halves_apart(int slots)
    {
        var plan = EmbeddingPlan.ForBootstrapping(_setup.Parameters, Up, slots);
        var values = CoefficientMessages.Random(slots, seed: slots + 4);
        using var operand = Encrypt(values, plan.Level);
        using var half = Apply(operand, plan, 0.5, out var estimate, Fresh(operand, Rms * Math.Sqrt(slots)));
        using var conjugate = _setup.Evaluator.Conjugate(half);
        using Ciphertext real = _setup.Evaluator.Add(half, conjugate), difference = _setup.Evaluator.Subtract(conjugate, half);
        using var imaginary = _setup.Evaluator.MultiplyByImaginaryUnit(difference);
        // z + z* is twice one part, with twice its error, and the error of one key switch.
        var noise = SlotAssert.Together(2 * estimate.Error, _setup.Noise.KeySwitch(half.Level, half.Scale));
        SlotAssert.AreClose(_setup, real, i => new Complex(Coefficient(i).Real, 0), noise);
        SlotAssert.AreClose(_setup, imaginary, i => new Complex(Coefficient(i).Imaginary, 0), noise);

        Complex Coefficient(int slot) => values[EmbeddingMatrix.Reverse(slot % slots, slots)];
    }

    private Complex[] Repeat(Complex[] values) =>
        [.. Enumerable.Range(0, _setup.Parameters.SlotCount).Select(i => values[i % values.Length])];

    private Ciphertext Encrypt(Complex[] coefficients, int level) =>
        CoefficientMessages.Encrypt(_setup, CoefficientMessages.Spread(coefficients, _setup.Parameters.N), level);

    private SlotEstimate Fresh(Ciphertext operand, double rms) => _setup.Noise.EncryptSymmetric(operand.Level, operand.Scale, rms);

    /// <summary>The plan's map with its keys alone; leaves nothing but the result behind.</summary>
    private Ciphertext Apply(
        Ciphertext operand, EmbeddingPlan plan, double constant, out SlotEstimate estimate, SlotEstimate operandEstimate)
    {
        var empty = ResidueMemory.LiveBuffers;
        Ciphertext result;
        using (var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, plan.Rotations)))
        using (var transform = new EmbeddingTransform(_setup.Encoder, plan, constant))
        {
            Assert.That((keys.Bytes, transform.Bytes), Is.EqualTo((plan.KeyBytes, plan.DiagonalBytes)));
            estimate = _setup.Noise.Embedding(operandEstimate, transform);
            var evaluator = new Evaluator(_setup.Parameters, keys);
            var live = ResidueMemory.LiveBuffers;
            result = plan.Direction == Down
                ? evaluator.SlotsToCoeffs(operand, transform)
                : evaluator.CoeffsToSlots(operand, transform);
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live + 2));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(empty + 2));
        return result;
    }
}
