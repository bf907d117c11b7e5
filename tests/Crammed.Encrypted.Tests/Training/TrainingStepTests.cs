using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Training;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>The whole step against torch: nothing of it is shared with the oracle but the numbers that the model starts from.</summary>
[TestFixture]
public sealed class TrainingStepTests
{
    private static readonly (int Slots, int Tokens, int Hidden)[] Sizes = [(128, 8, 4), (128, 64, 4), (256, 16, 8)];
    private static readonly (int Max, int Refresh, int Start)[] Levels = [(12, 6, 12), (12, 8, 0), (9, 4, 1)];

    private static IEnumerable<TestCaseData> Passes() =>
        from size in Sizes
        from tokenMajor in new[] { true, false }
        from levels in Levels
        select new TestCaseData(size.Slots, size.Tokens, size.Hidden, tokenMajor, levels.Max, levels.Refresh, levels.Start);

    [TestCaseSource(nameof(Passes))]
    public void Logits_and_all_gradients_equal_those_of_torch(
        int slots, int tokens, int hidden, bool tokenMajor, int maxLevel, int refreshLevel, int startLevel)
    {
        var model = new TinyModel(seed: 5, slots, tokens, hidden);
        var parameters = Flat(model);
        long live = ClearVector.LiveCount;

        var actual = new EncryptedTwin(model, tokenMajor, maxLevel, refreshLevel).Run(parameters, startLevel);

        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
        var expected = new TorchTwin(model).Run(parameters);
        var single = new TorchTwin(model, ScalarType.Float32).Run(parameters);
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits).Within(Conditioning.Tolerance(expected.Logits, single.Logits)), "logits");
        double tolerance = Conditioning.Tolerance(expected.Parameters, single.Parameters);
        int offset = 0;
        foreach (var (name, rows, columns) in model.ParameterShapes)
        {
            var range = offset..(offset += rows * columns);
            Assert.That(actual.Parameters[range], Is.EqualTo(expected.Parameters[range]).Within(tolerance), name);
            Assert.That(expected.Parameters[range].Max(Math.Abs), Is.GreaterThan(1e3 * tolerance), $"{name} takes part");
        }
        Assert.That(actual.Embedding, Is.EqualTo(expected.Embedding).Within(Conditioning.Tolerance(expected.Embedding, single.Embedding)), "embedding");
    }

    [Test]
    public void Several_updates_equal_those_of_a_scalar_optimizer([Values] bool tokenMajor, [Values(1, 16)] double gradientScale)
    {
        var model = new TinyModel(seed: 6, slots: 256, tokens: 16, hidden: 8);
        long live = ClearVector.LiveCount;
        var twin = new EncryptedTwin(model, tokenMajor, maxLevel: 12, refreshLevel: 6);
        var step = model.Step(twin.Shape.Layout(), gradientScale);
        var state = new OptimizerState(twin.Backend.Load(twin.Repeat(Flat(model)), 3), null, null);
        var inDouble = new ScalarTraining(model, ScalarType.Float64);
        var inSingle = new ScalarTraining(model, ScalarType.Float32);
        var start = Flat(model);
        for (int t = 1; t <= 4; t++)
        {
            // Large rates: a wrong update must show in the next step's logits.
            double rate = 0.05 * t;
            (state, var logits) = step.Run(twin.Context(), model.Batch(twin.Shape.Layout(), values => twin.Backend.Load(values, 2)), state, t, rate);
            inDouble.Update(t, rate);
            inSingle.Update(t, rate);

            Assert.That(twin.FirstTokens(logits), Is.EqualTo(inDouble.Logits).Within(Conditioning.Tolerance(inDouble.Logits, inSingle.Logits)),
                $"logits before update {t}");
            Assert.That(twin.Parameters(state.Parameters),
                Is.EqualTo(inDouble.Parameters).Within(Conditioning.Tolerance(inDouble.Parameters, inSingle.Parameters)), $"parameters after update {t}");
            foreach (var vector in logits)
                vector.Dispose();
        }
        Assert.That(inDouble.Parameters.Zip(start, (end, begin) => Math.Abs(end - begin)).Min(), Is.GreaterThan(1e-6), "every parameter has moved");
        state.Dispose();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
    }

    private static double[] Flat(TinyModel model) => [.. model.ParameterShapes.SelectMany(shape => model.Parameters[shape.Name])];
}
