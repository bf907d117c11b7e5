using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// The steps of a draw. With the draw's initial weights (<see cref="TrainedWeights.Initial"/>) on a float64 model this is the encrypted
/// run in plaintext: the same start, batches, masks, loss and optimizer, so losses and final weights can be compared number by number.
/// </summary>
public sealed class DrawSource : FineTuningSource
{
    private readonly FineTuningDraw _draw;
    private readonly DevEvaluation? _evaluation;

    /// <param name="draw">Batches, masks, hyperparameters.</param>
    /// <param name="data">The data that the draw's indices point into; its embeddings are used where it has them.</param>
    /// <param name="evaluation">What is scored on the way; null: nothing.</param>
    /// <exception cref="ArgumentException">The draw was drawn for another number of examples.</exception>
    public DrawSource(FineTuningDraw draw, TaskData data, DevEvaluation? evaluation = null)
        : base(data, draw.Settings, draw.Seed)
    {
        if (draw.TrainingExamples != data.Count)
            throw new ArgumentException(
                $"the draw was drawn for {draw.TrainingExamples} training examples, {data.Source} has {data.Count}");
        (_draw, _evaluation) = (draw, evaluation);
    }

    internal override IStepOptimizer CreateOptimizer(IReadOnlyList<TrainedTensor> trained) => Settings.Optimizer == UpdateRule.Nesterov
        ? new NesterovDescent(trained, Settings.Beta1, Settings.WeightDecay)
        : Adam(trained, OptimizerKind.AdamwHe);

    internal override long[] Batch(int index) => _draw.Batch(index).ToArray();

    internal override IReadOnlyDictionary<string, torch.Tensor>? AdapterMasks(int index, torch.ScalarType dtype)
    {
        if (_draw.AdapterDropout is null)
            return null;
        var shape = FineTuningDraw.DropoutShape(_draw.Settings, _draw.Shape)[1..];
        var masks = torch.tensor(_draw.DropoutMasks(index).ToArray(), shape).to(dtype) * (1 / (1 - _draw.Settings.AdapterDropout));
        return _draw.Shape.Adapters().ToDictionary(
            adapter => LoraAdapters.ModuleOf(adapter.Layer, adapter.Projection), adapter => masks.select(0, adapter.Index));
    }

    /// <summary>After every so many steps, counted back from the last.</summary>
    internal override TaskEpoch? Evaluate(TaskClassifier classifier, IReadOnlyList<FineTuningStep> steps)
    {
        if (_evaluation is not { } evaluation || (Settings.Steps - steps.Count) % evaluation.Every(Settings.Steps) != 0)
            return null;
        return new TaskEpoch(
            Epoch: 1, steps.Count, steps.Average(step => step.Loss), classifier.Predict(evaluation.Examples).Metrics(evaluation.Metrics));
    }
}

/// <summary>What is scored while a draw is carried out.</summary>
/// <param name="Examples">Of the evaluation split.</param>
/// <param name="Metrics">The task's.</param>
/// <param name="Times">How often at most, after the last step among them.</param>
public sealed record DevEvaluation(TaskData Examples, IReadOnlyList<string> Metrics, int Times)
{
    internal int Every(int steps) => (steps + Times - 1) / Times;
}
