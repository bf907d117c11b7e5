using TorchSharp;

namespace Crammed.Bert;

/// <summary>Optimizer and trained tensors of one fine-tuning run, advanced step by step.</summary>
internal sealed class FineTuningRun : IDisposable
{
    private readonly TaskClassifier _classifier;
    private readonly FineTuningSource _source;
    private readonly IActivationObserver? _observer;
    private readonly List<TrainedTensor> _trained;
    private readonly IStepOptimizer _optimizer;

    public FineTuningRun(TaskClassifier classifier, FineTuningSource source, IActivationObserver? observer)
    {
        source.RequireFits(classifier);
        (_classifier, _source, _observer) = (classifier, source, observer);
        torch.manual_seed(source.Seed);
        foreach (var parameter in classifier.Model.parameters())
            parameter.requires_grad_(classifier.Adapters is null);
        _trained = [.. classifier.Trained().Select(tensor =>
            new TrainedTensor(tensor.Name, tensor.Value.requires_grad_(), source.DecaysVectors || tensor.Value.shape.Length > 1))];
        _optimizer = source.CreateOptimizer(_trained);
    }

    /// <summary>Step number <paramref name="index"/>, from 0.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient are not finite; the weights are those before the step.</exception>
    public FineTuningStep Step(int index)
    {
        using var scope = torch.NewDisposeScope();
        var (data, batch) = (_source.Data, _source.Batch(index));
        var (model, adapters) = (_classifier.Model, _classifier.Adapters);
        var pass = new EncoderPass
        {
            Adapters = adapters?.WithDropout(_source.AdapterMasks(index, model.ScalarType)),
            FirstTokenOnly = true,
            // Beside adapters the frozen model runs as it was pretrained.
            Dropout = adapters is null ? model.Configuration.Dropout : 0,
            Observer = _observer,
        };
        var (loss, value) = TaskLoss.Of(data, batch, _classifier.Logits(data, batch, pass, _source.TrimsPadding), index);
        _optimizer.ZeroGradients();
        loss.backward();
        TaskLoss.RequireFiniteGradients(_trained, index);
        var rate = _source.Settings.LearningRateAt(index);
        _optimizer.Step(rate, _observer);
        return new FineTuningStep(index + 1, rate, value);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (var parameter in _classifier.Model.parameters())
            parameter.requires_grad_(true);
    }
}
