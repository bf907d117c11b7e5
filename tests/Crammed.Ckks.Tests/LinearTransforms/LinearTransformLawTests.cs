using System.Numerics;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>Laws of linear maps and sums for arbitrary shapes and splits, with tolerances of 18 predicted standard deviations.</summary>
[TestFixture]
internal sealed class LinearTransformLawTests
{
    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(25);

    private CkksSetup _setup = null!;

    [OneTimeSetUp]
    public void SetUp() => _setup = CkksSetup.Of(NamedParameters.InsecureN11);

    [Test]
    public void Any_split_of_any_diagonals_is_the_map()
    {
        Gen<(int Period, int Count, int Bound, int Level)> shapes =
            from log2Period in Gen.Choose(2, 10)
            from count in Gen.Choose(1, 1 << Math.Min(log2Period, 5))
            from bound in Gen.Choose(1, 40)
            from level in Gen.Choose(1, 8)
            select (1 << log2Period, count, bound, level);
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            var indices = TransformCase.RandomIndices(shape.Period, shape.Count, shape.Bound);
            var transformCase = TransformCase.Create(_setup, shape.Period, indices, complex: true, shape.Count);
            var plan = new LinearTransformPlan(_setup.Parameters, shape.Period, indices, shape.Level, shape.Bound);
            using LinearTransform transform = new(_setup.Encoder, transformCase.Diagonals, plan);
            using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, plan.Rotations));
            using var operand = _setup.Encrypt(transformCase.Operand, shape.Level);
            using var result = new Evaluator(_setup.Parameters, keys).Transform(operand, transform);
            SlotAssert.AreClose(_setup, result, transformCase.Expected, transformCase.Noise(_setup, transform, operand));
        }).Check(Settings);
    }

    /// <summary>A sum of m + n terms is that of m and that of n behind them.</summary>
    [Test]
    public void Inner_sums_join()
    {
        const int level = 2, stride = 3;
        using var keys = _setup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(null, Enumerable.Range(1, 90).Append(128).Select(k => (stride * k, level))));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using var operand = _setup.Encryptor.Encrypt(_setup.RandomSlots(2), level);
        var counts = Gen.Choose(1, 90).Two().Select(pair => (pair.Item1, pair.Item2));
        Prop.ForAll(counts.ToArbitrary(), pair =>
        {
            (var m, var n) = pair;
            using Ciphertext whole = evaluator.InnerSum(operand, m + n, stride), first = evaluator.InnerSum(operand, m, stride);
            using Ciphertext second = evaluator.InnerSum(operand, n, stride), moved = evaluator.Rotate(second, m * stride);
            using Ciphertext joined = evaluator.Add(first, moved), difference = evaluator.Subtract(whole, joined);
            // The operand's error is the same on both sides; rotations of both have errors of their own.
            var noise = Math.Sqrt(2) * _setup.Noise.InnerSum(m + n + 1, level, operand.Scale, 0);
            SlotAssert.AreClose(_setup, difference, _ => Complex.Zero, noise);
        }).Check(Settings);
    }
}
