namespace Crammed.Bert;

/// <summary>Epochs over a task's examples from their token ids, each in a random order of its own and followed by an evaluation.</summary>
public sealed class EpochSource : FineTuningSource
{
    private readonly TaskTrainingSettings _settings;
    private readonly TaskData _evaluation;
    private readonly IReadOnlyList<string> _metrics;
    private readonly int _stepsPerEpoch;
    private int[] _order = [];
    private int _orderEpoch = -1;

    /// <param name="training">Examples to train on.</param>
    /// <param name="evaluation">Examples to evaluate on.</param>
    /// <param name="metrics">Names of the task's metrics, the main one first.</param>
    /// <param name="settings">Hyperparameters; what they say of adapters is the classifier's.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public EpochSource(TaskData training, TaskData evaluation, IReadOnlyList<string> metrics, TaskTrainingSettings settings)
        : base(training.WithoutEmbeddings(), settings.ToFineTuningSettings(training.Count), settings.Seed)
    {
        SettingsRange.Check(settings);
        _settings = settings;
        _evaluation = evaluation.WithoutEmbeddings();
        _metrics = metrics;
        _stepsPerEpoch = settings.StepsPerEpoch(training.Count);
    }

    internal override IStepOptimizer CreateOptimizer(IReadOnlyList<TrainedTensor> trained) => Adam(trained, _settings.Optimizer);

    internal override bool DecaysVectors => false;

    internal override bool TrimsPadding => _settings.TrimPadding;

    internal override void RequireFits(TaskClassifier classifier)
    {
        base.RequireFits(classifier);
        _evaluation.RequireFits(classifier.Model.Configuration, Data.Classes);
    }

    /// <summary>The last batch of an epoch takes what is left.</summary>
    internal override long[] Batch(int index)
    {
        var epoch = index / _stepsPerEpoch;
        if (epoch != _orderEpoch)
        {
            _order = new SeededRandom(Seed, "epoch order", epoch).Permutation(Data.Count);
            _orderEpoch = epoch;
        }

        return [.. _order.Skip(index % _stepsPerEpoch * _settings.BatchSize).Take(_settings.BatchSize).Select(example => (long)example)];
    }

    /// <summary>After an epoch, and after the last step.</summary>
    internal override TaskEpoch? Evaluate(TaskClassifier classifier, IReadOnlyList<FineTuningStep> steps)
    {
        if (steps.Count % _stepsPerEpoch != 0 && steps.Count != Settings.Steps)
            return null;
        var epoch = (steps.Count - 1) / _stepsPerEpoch;
        var loss = steps.Skip(epoch * _stepsPerEpoch).Average(step => step.Loss);
        return new TaskEpoch(epoch + 1, steps.Count, loss, classifier.Predict(_evaluation, TrimsPadding).Metrics(_metrics));
    }
}
