using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Training;

namespace Crammed.Encrypted.Tests;

[TestFixture]
public sealed class TrainingStepGradientTests
{
    private const int MaxLevel = 12;

    /// <summary>Central differences of the loss, parameter by parameter: an oracle that knows nothing of the backward rules.</summary>
    [Test]
    public void Packed_gradient_equals_finite_differences_of_the_loss()
    {
        var model = new TinyModel(seed: 3, slots: 256, tokens: 16, hidden: 8);
        var (context, backend) = Context(model.Slots);
        var step = model.Step(model.TokenMajor);
        var packed = step.Model.Parameters.Pack(name => model.Parameters[name]);
        var gradient = Gradient(context, backend, model, step, packed);
        const double change = 1e-5;
        for (var parameter = 0; parameter < step.Model.Parameters.Count; parameter += 7)
        {
            var slope = (Loss(+change) - Loss(-change)) / (2 * change);
            // Central differences: |f'''| change^2 / 6 (order 1e-10) plus rounding 1e-15 / change (order 1e-10).
            Assert.That(gradient[parameter], Is.EqualTo(slope).Within(1e-7), $"parameter {parameter}");

            double Loss(double delta)
            {
                var moved = (double[])packed.Clone();
                for (var slot = parameter; slot < moved.Length; slot += step.Model.Parameters.Period)
                    moved[slot] += delta;
                return MeanLoss(context, backend, model, step, moved);
            }
        }
    }

    private static (EncryptedContext Context, ClearBackend Backend) Context(int slots)
    {
        var backend = new ClearBackend(slots, MaxLevel) { ExactFunctions = true };
        return (new EncryptedContext(backend, refreshLevel: 6), backend);
    }

    private static double[] Gradient(
        EncryptedContext context, ClearBackend backend, TinyModel model, TrainingStep step, double[] packed)
    {
        using var batch = model.Batch(step.Layout, values => backend.Load(values, MaxLevel));
        var parameters = context.Tensor("parameters", SlotLayout.Repeated(model.Slots), [backend.Load(packed, MaxLevel)], true);
        var logits = step.Forward(context, batch, parameters);
        var labels = context.Tensor("labels", step.Layout, [batch.Labels.Share()]);
        context.Tape.Backward(logits, Functional.LogisticLossGradient(logits, labels, step.Sigmoid, step.LossWeight));
        var gradient = ClearBackend.Read(parameters.Gradient![0]);
        context.Release();
        return gradient;
    }

    private static double MeanLoss(
        EncryptedContext context, ClearBackend backend, TinyModel model, TrainingStep step, double[] packed)
    {
        context.Tape.Enabled = false;
        using var batch = model.Batch(step.Layout, values => backend.Load(values, MaxLevel));
        var parameters = context.Tensor("parameters", SlotLayout.Repeated(model.Slots), [backend.Load(packed, MaxLevel)]);
        var logits = step.Forward(context, batch, parameters);
        var (z0, z1) = (ClearBackend.Read(logits[0]), ClearBackend.Read(logits[1]));
        context.Release();
        context.Tape.Enabled = true;
        return Enumerable.Range(0, model.Examples).Average(example =>
        {
            var slot = step.Layout.Slot((SlotLayout.Example, example));
            var margin = (z1[slot] - z0[slot]) * (model.Labels[example] > 0.5 ? 1 : -1);
            return Math.Log(1 + Math.Exp(-margin));
        });
    }
}
