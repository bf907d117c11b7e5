using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;

namespace Crammed.Encrypted.Tests.Backends;

/// <summary>A run on levels alone takes the very calls that a run on slots takes.</summary>
[TestFixture]
public sealed class CostingBackendTests
{
    [TestCase(12, 6)]
    [TestCase(8, 4)]
    [TestCase(7, 4)]
    public void Training_steps_make_the_same_calls_at_the_same_levels_as_on_slots(int maxLevel, int refreshLevel)
    {
        var model = new TinyModel(seed: 2);
        var run = new CircuitSettings(maxLevel, refreshLevel, DataLevel: Math.Min(4, maxLevel), Threads: 1);
        var onSlots = new ClearBackend(model.Slots, maxLevel) { ExactFunctions = true };
        var clear = Records(onSlots, values => onSlots.Load(values, run.DataLevel), model, run);
        var costing = Records(new CostingBackend(model.Slots, maxLevel), _ => CostingBackend.Load(run.DataLevel), model, run);
        Assert.That(Calls(costing), Is.EqualTo(Calls(clear)));
        Assert.That(costing.Rotations, Is.EquivalentTo(clear.Rotations));
        Assert.That(costing.RelinearizationLevel, Is.EqualTo(clear.RelinearizationLevel));
        Assert.That(costing.OutputLevels, Is.EqualTo(clear.OutputLevels));

        static IEnumerable<(string, string, int, long)> Calls(OperationRecorder recorder) =>
            recorder.Records.Select(record => (record.Layer, record.Operation, record.Level, record.Count));
    }

    /// <summary>The levels it asks for are enough, and one less is not: a refresh on slots then refuses.</summary>
    [Test]
    public void The_levels_that_a_circuit_needs_are_those_that_it_runs_with()
    {
        var model = new TinyModel(seed: 2);
        var step = model.Step(model.TokenMajor);
        var needed = CircuitRequirements.Of(step, CircuitSettings.For(1, threads: 1)).Levels;
        Assert.That(CircuitRequirements.Of(step, CircuitSettings.For(needed, threads: 1)).Levels, Is.EqualTo(needed));
        Assert.That(() => OnSlots(needed), Throws.Nothing);
        Assert.That(() => OnSlots(needed - 1), Throws.InstanceOf<ArgumentOutOfRangeException>());

        void OnSlots(int maxLevel)
        {
            var backend = new ClearBackend(model.Slots, maxLevel) { ExactFunctions = true };
            Records(backend, values => backend.Load(values, Math.Min(4, maxLevel)), model, CircuitSettings.For(maxLevel, threads: 1));
        }
    }

    [Test]
    public void Its_levels_are_those_of_the_contract()
    {
        var backend = new CostingBackend(8, 5);
        using var high = CostingBackend.Load(3);
        using var low = CostingBackend.Load(1);
        using var bottom = CostingBackend.Load(0);
        Assert.That((backend.SlotCount, backend.MaxLevel), Is.EqualTo((8, 5)));
        Assert.That(new[] { backend.Add(high, low), backend.Subtract(low, high) }.Select(vector => vector.Level), Is.All.EqualTo(1));
        Assert.That(backend.LowerTo(high, 2).Level, Is.EqualTo(2));
        Assert.That(() => backend.LowerTo(low, 2), Throws.InvalidOperationException);
        Assert.That(() => backend.SumOfProducts([high], [low]), Throws.InvalidOperationException.With.Message.Contains("levels 3 and 1"));
        Assert.That(() => backend.MultiplyScalar(bottom, 2), Throws.InvalidOperationException.With.Message.Contains("no level is left"));
        Assert.That(backend.Refresh([bottom], 9)[0].Level, Is.EqualTo(9), "more than there are: the recorder tells");
    }

    private static OperationRecorder Records(ISlotBackend backend, Func<double[], SlotVector> load, TinyModel model, CircuitSettings run)
    {
        var step = model.Step(model.TokenMajor);
        var context = new EncryptedContext(backend, run.RefreshLevel);
        var state = new OptimizerState(load(step.Model.Parameters.Pack(name => model.Parameters[name])), null, null);
        for (var t = 1; t <= 2; t++)
        {
            (state, var logits) = step.Run(context, model.Batch(model.TokenMajor, load), state, t, 0.01);
            foreach (var vector in logits)
                vector.Dispose();
        }
        state.Dispose();
        return context.Recorder;
    }
}
