using TorchSharp;

namespace Crammed.Bert;

/// <summary>Optimizer, order and schedule of one run of fine-tuning, advanced step by step.</summary>
internal sealed class TaskTrainingRun : IDisposable
{
    private readonly TaskClassifier classifier;
    private readonly TaskData training;
    private readonly TaskTrainingSettings settings;
    private readonly FineTuningSettings schedule;
    private readonly List<TrainedTensor> trained;
    private readonly DecoupledAdam optimizer;
    private int[] order = [];
    private int orderEpoch = -1;

    public TaskTrainingRun(TaskClassifier classifier, TaskData training, TaskTrainingSettings settings)
    {
        this.classifier = classifier;
        this.training = training;
        this.settings = settings;
        schedule = settings.ToFineTuningSettings(training.Count);
        SettingsRange.Check(settings);
        training.RequireFits(classifier.Model.Configuration, training.Classes);
        torch.manual_seed(settings.Seed);
        foreach (var parameter in classifier.Model.parameters())
            parameter.requires_grad_(classifier.Adapters is null);
        trained = TrainedTensors();
        foreach (var tensor in trained)
            tensor.Value.requires_grad_();
        optimizer = new DecoupledAdam(
            trained, settings.Optimizer, settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay);
    }

    /// <summary>Step number <paramref name="index"/>, from 0.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient are not finite; the weights are those before the step.</exception>
    public FineTuningStep Step(int index)
    {
        using var scope = torch.NewDisposeScope();
        var batch = Batch(index);
        var logits = classifier.Logits(training, batch, settings.TrimPadding, training: true);
        var (loss, value) = TaskLoss.Of(training, batch, logits, index);
        optimizer.ZeroGradients();
        loss.backward();
        TaskLoss.RequireFiniteGradients(trained, index);
        var rate = schedule.LearningRateAt(index);
        optimizer.Step(rate);
        return new FineTuningStep(index + 1, rate, value);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        foreach (var parameter in classifier.Model.parameters())
            parameter.requires_grad_(true);
    }

    /// <summary>The examples of a step: every epoch has its own random order, and its last batch takes what is left.</summary>
    private long[] Batch(int index)
    {
        var perEpoch = settings.StepsPerEpoch(training.Count);
        var epoch = index / perEpoch;
        if (epoch != orderEpoch)
        {
            order = new SeededRandom(settings.Seed, "epoch order", epoch).Permutation(training.Count);
            orderEpoch = epoch;
        }

        return [.. order.Skip(index % perEpoch * settings.BatchSize).Take(settings.BatchSize).Select(example => (long)example)];
    }

    private List<TrainedTensor> TrainedTensors()
    {
        var model = classifier.Adapters is { } adapters
            ? adapters.TrainedTensors()
            : classifier.Model.named_parameters().Select(parameter => Tensor(parameter.Item1, parameter.Item2));
        return [.. model, .. classifier.Head.Select(tensor => Tensor(tensor.Key, tensor.Value))];
    }

    private static TrainedTensor Tensor(string name, torch.Tensor value) => new(name, value, Decays: value.shape.Length > 1);
}
