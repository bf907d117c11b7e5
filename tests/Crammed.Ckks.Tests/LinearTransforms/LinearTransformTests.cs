using System.Numerics;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>
/// Double-hoisted transforms against the clear map with noise as <see cref="NoiseEstimator.LinearTransform"/> predicts it, each with no
/// other keys than its plan lists.
/// </summary>
[TestFixture("insecure-N11")]
[TestFixture("N14QP428")]
internal sealed class LinearTransformTests(string name)
{
    private CkksSetup _setup = null!;

    [OneTimeSetUp]
    public void SetUp() => _setup = CkksSetup.Of(NamedParameters.Find(name));

    private int Slots => _setup.Parameters.SlotCount;

    [TestCase(1, 8, false)]
    [TestCase(2, 1, true)]
    [TestCase(5, 4, true)]
    [TestCase(16, 3, false)]
    [TestCase(33, 8, true)]
    [TestCase(64, 2, true)]
    public void Random_diagonals(int count, int level, bool complex)
    {
        // Scattered over as many diagonals again, as in sparse matrices.
        int[] indices = [.. TransformCase.RandomIndices(2 * count, count, count).Select(index => index * (Slots / 128))];
        Check(TransformCase.Create(_setup, Slots, indices, complex, seed: 2 * count), level);
    }

    [Test]
    public void Diagonals_on_both_sides_of_the_main_one() =>
        Check(TransformCase.Create(_setup, Slots, Enumerable.Range(-7, 15).Select(k => 32 * k), complex: true, seed: 3), level: 5);

    /// <summary>Sparse packing: fewer slots than the ring has, repeated.</summary>
    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(16, 16)]
    [TestCase(64, 40)]
    public void Periodic_slots(int period, int count) => Check(
        TransformCase.Create(_setup, period, TransformCase.RandomIndices(period, count, seed: 4), complex: true, seed: 5), level: 3);

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(7)]
    [TestCase(32)]
    public void Any_split_gives_the_same_map(int babyStepBound)
    {
        var transformCase = TransformCase.Create(_setup, 32, TransformCase.RandomIndices(32, 20, seed: 6), complex: false, seed: 7);
        Check(transformCase, 2, new LinearTransformPlan(_setup.Parameters, 32, transformCase.Diagonals.Indices, 2, babyStepBound));
    }

    [Test]
    public void Agrees_with_rotations_products_and_sums()
    {
        const int level = 4;
        var transformCase = TransformCase.Create(_setup, Slots, TransformCase.RandomIndices(24, 12, seed: 8), complex: true, seed: 9);
        using var operand = _setup.Encrypt(transformCase.Operand, level);
        using var transform = LinearTransform.Create(_setup.Parameters, _setup.Encoder, transformCase.Diagonals, level);
        using var keys = _setup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(null, transform.Plan.Rotations.Concat(transformCase.Diagonals.Indices.Select(index => (index, level)))));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using var hoisted = evaluator.Transform(operand, transform);
        using var plain = Unhoisted(evaluator, operand, transformCase.Diagonals, transform.Scale);
        using var difference = evaluator.Subtract(hoisted, plain);
        var hoistedNoise = transformCase.Noise(_setup, transform, operand);
        // Every rotation by itself rounds once more.
        var rounding = _setup.Noise.KeySwitch(level, operand.Scale) * Math.Sqrt(transform.MeanSquareRow);
        SlotAssert.HaveNoise(_setup, hoisted, transformCase.Expected, hoistedNoise);
        SlotAssert.AreClose(_setup, plain, transformCase.Expected, SlotAssert.Together(hoistedNoise, rounding));
        SlotAssert.AreClose(_setup, difference, _ => Complex.Zero, SlotAssert.Together(2 * hoistedNoise, rounding));
        Assert.That(plain.Scale, Is.EqualTo(hoisted.Scale));
    }

    /// <summary>The matrix is the oracle here, not its diagonals; wide and tall ones are extended with zeros.</summary>
    [TestCase(16, 16)]
    [TestCase(5, 13)]
    [TestCase(32, 3)]
    public void Matrices(int rows, int columns)
    {
        const int level = 6;
        var random = new Random(rows);
        var matrix = new double[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                matrix[row, column] = 2 * random.NextDouble() - 1;
        }
        var diagonals = GeneralizedDiagonals.OfMatrix(matrix);
        var period = diagonals.Period;
        double[] vector = [.. _setup.RandomSlots(1).Take(period)];
        using var operand = _setup.Encrypt([.. Enumerable.Range(0, Slots).Select(i => new Complex(vector[i % period], 0))], level);
        using var transform = LinearTransform.Create(_setup.Parameters, _setup.Encoder, diagonals, level);
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, transform.Plan.Rotations));
        using var result = new Evaluator(_setup.Parameters, keys).Transform(operand, transform);
        var rms = Math.Sqrt(vector.Average(value => value * value));
        var noise = _setup.Noise.LinearTransform(transform, operand.Scale, rms, TransformCase.Fresh(_setup, operand.Scale));
        // Rows of zeros have less noise than the mean and full ones more.
        var spread = Math.Sqrt((double)period / rows);
        SlotAssert.AreClose(_setup, result, i => i % period >= rows ? Complex.Zero : Row(i % period), spread * noise);
        Complex Row(int row) => Enumerable.Range(0, columns).Sum(column => matrix[row, column] * vector[column]);
    }

    [Test]
    public void Operands_above_the_level_are_lowered_and_scales_follow()
    {
        var transformCase = TransformCase.Create(_setup, Slots, [0, 1, 2, 5], complex: false, seed: 11);
        using var operand = _setup.Encrypt(transformCase.Operand, 7);
        // A scale of q_level leaves the operand's.
        double scale = _setup.Parameters.Moduli[3];
        using var transform = LinearTransform.Create(_setup.Parameters, _setup.Encoder, transformCase.Diagonals, 3, scale);
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, transform.Plan.Rotations));
        using var result = new Evaluator(_setup.Parameters, keys).Transform(operand, transform);
        Assert.That(result.Level, Is.EqualTo(2));
        Assert.That(result.Scale, Is.EqualTo(operand.Scale));
        SlotAssert.HaveNoise(_setup, result, transformCase.Expected, transformCase.Noise(_setup, transform, operand));
    }

    /// <summary>Transforms at the plan's level with its keys alone, leaving nothing but the result behind.</summary>
    private void Check(TransformCase transformCase, int level, LinearTransformPlan? plan = null)
    {
        plan ??= new LinearTransformPlan(
            _setup.Parameters, transformCase.Diagonals.Period, transformCase.Diagonals.Indices, level);
        using LinearTransform transform = new(_setup.Encoder, transformCase.Diagonals, plan);
        Assert.That(transform.Bytes, Is.EqualTo(plan.DiagonalBytes));
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, plan.Rotations));
        Assert.That(keys.Bytes, Is.EqualTo(plan.KeyBytes));
        using var operand = _setup.Encrypt(transformCase.Operand, level);
        (long buffers, long bytes) live = (ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes);
        var result = new Evaluator(_setup.Parameters, keys).Transform(operand, transform);
        Assert.That((result.Level, result.Scale), Is.EqualTo((level - 1, _setup.Parameters.ScaleAt(level - 1))));
        var noise = transformCase.Noise(_setup, transform, operand);
        // Of a short period the errors' mean square is one of few slots, and rows differ.
        if (transformCase.Diagonals.Period == Slots)
            SlotAssert.HaveNoise(_setup, result, transformCase.Expected, noise);
        else
            SlotAssert.AreClose(_setup, result, transformCase.Expected, noise);
        result.Dispose();
        Assert.That((ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes), Is.EqualTo(live));
    }

    private Ciphertext Unhoisted(Evaluator evaluator, Ciphertext operand, GeneralizedDiagonals diagonals, double scale)
    {
        Ciphertext? sum = null;
        foreach (var index in diagonals.Indices)
        {
            using var diagonal = _setup.Encoder.Encode(diagonals[index], operand.Level, scale);
            using var rotated = evaluator.Rotate(operand, index);
            var product = evaluator.MultiplyPlain(rotated, diagonal);
            if (sum is null)
            {
                sum = product;
                continue;
            }
            evaluator.AddInPlace(sum, product);
            product.Dispose();
        }
        var result = evaluator.Rescale(sum!);
        sum!.Dispose();
        return result;
    }
}
