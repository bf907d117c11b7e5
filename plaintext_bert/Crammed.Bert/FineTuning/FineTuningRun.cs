using TorchSharp;

namespace Crammed.Bert;

/// <summary>Weights, optimizer and data of one fine-tuning run, advanced step by step.</summary>
internal sealed class FineTuningRun : IDisposable
{
    private readonly BertModel model;
    private readonly FineTuningDraw draw;
    private readonly TaskData training;
    private readonly FineTuningMode mode;
    private readonly WeightTensors weights;
    private readonly List<TrainedTensor> trained;
    private readonly DecoupledAdam optimizer;

    public FineTuningRun(BertModel model, FineTuningDraw draw, TaskData training, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(training);
        draw.Shape.RequireFits(model.Configuration);
        training.RequireFits(model.Configuration, draw.Shape.Classes);
        if (draw.TrainingExamples != training.Count)
            throw new ArgumentException(
                $"the draw was drawn for {draw.TrainingExamples} training examples, {training.Source} has {training.Count}");
        this.model = model;
        this.draw = draw;
        this.training = training;
        mode = options.Mode;
        weights = new WeightTensors(TrainedWeights.Initial(draw), model.ScalarType, withAdapters: mode == FineTuningMode.Adapters);
        weights.RequireGradients();
        torch.manual_seed(draw.Seed);
        foreach (var parameter in model.parameters())
            parameter.requires_grad_(mode == FineTuningMode.Full);
        trained = TrainedTensors();
        optimizer = new DecoupledAdam(
            trained, options.Optimizer, draw.Settings.Beta1, draw.Settings.Beta2, draw.Settings.Epsilon, draw.Settings.WeightDecay);
    }

    /// <summary>The weights as they stand.</summary>
    public TrainedWeights Weights() => weights.Snapshot();

    /// <summary>Step number <paramref name="index"/>, from 0; the observer sees the forward pass and the second moments.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient are not finite; the weights are those before the step.</exception>
    public FineTuningStep Step(int index, IActivationObserver? observer)
    {
        using var scope = torch.NewDisposeScope();
        var batch = draw.Batch(index);
        var logits = Logits(batch, index, observer);
        var (loss, value) = TaskLoss.Of(training, batch, logits, index);
        optimizer.ZeroGradients();
        loss.backward();
        TaskLoss.RequireFiniteGradients(trained, index);
        var rate = draw.Settings.LearningRateAt(index);
        optimizer.Step(rate, observer);
        return new FineTuningStep(index + 1, rate, value);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        weights.Dispose();
        foreach (var parameter in model.parameters())
            parameter.requires_grad_(true);
    }

    private torch.Tensor Logits(ReadOnlySpan<long> batch, int index, IActivationObserver? observer)
    {
        var full = mode == FineTuningMode.Full;
        var pass = new EncoderPass
        {
            Adapters = weights.Adapters,
            AdapterMasks = full ? null : AdapterMasks(index),
            FirstTokenOnly = true,
            Dropout = full ? model.Configuration.Dropout : 0,
            Observer = observer,
        };
        var embedded = full ? model.Embed(training.Ids(batch)) : training.Embeddings(batch, model);
        return weights.Classify(model, embedded, training.Masks(batch, model.ScalarType), pass);
    }

    private torch.Tensor? AdapterMasks(int index)
    {
        if (draw.AdapterDropout is null)
            return null;
        var shape = FineTuningDraw.DropoutShape(draw.Settings, draw.Shape)[1..];
        return torch.tensor(draw.DropoutMasks(index).ToArray(), shape).to(model.ScalarType) * (1 / (1 - draw.Settings.AdapterDropout));
    }

    private List<TrainedTensor> TrainedTensors()
    {
        var trained = weights.Tensors.Select(tensor => new TrainedTensor(tensor.Key, tensor.Value, Decays: true)).ToList();
        if (mode == FineTuningMode.Full)
        {
            trained.AddRange(model.named_parameters()
                .Select(parameter => new TrainedTensor(parameter.Item1, parameter.Item2, Decays: parameter.Item2.shape.Length > 1)));
        }

        return trained;
    }
}
