using TorchSharp;

namespace Crammed.Bert;

/// <summary>Where a run of fine-tuning takes its steps from: a draw, or epochs over a task's examples.</summary>
public abstract class FineTuningSource
{
    private protected FineTuningSource(TaskData data, FineTuningSettings settings, long seed)
    {
        SettingsRange.Check(settings);
        Data = data;
        Settings = settings;
        Seed = seed;
    }

    /// <summary>The examples.</summary>
    public TaskData Data { get; }

    /// <summary>Number of steps, learning rates and the optimizer's constants.</summary>
    public FineTuningSettings Settings { get; }

    /// <summary>Fixes the dropout that has no masks.</summary>
    public long Seed { get; }

    /// <summary>The optimizer of what is trained.</summary>
    internal abstract IStepOptimizer CreateOptimizer(IReadOnlyList<TrainedTensor> trained);

    /// <summary>Whether vectors (biases, norms) decay as matrices do.</summary>
    internal virtual bool DecaysVectors => true;

    /// <summary>Whether tokens that are padding in a whole batch are left out.</summary>
    internal virtual bool TrimsPadding => false;

    /// <summary>Refuses a classifier that the examples do not fit.</summary>
    /// <exception cref="ArgumentException">Sequence length, width, classes or token ids differ.</exception>
    internal virtual void RequireFits(TaskClassifier classifier) =>
        Data.RequireFits(classifier.Model.Configuration, classifier.Shape.Classes);

    /// <summary>The examples of step <paramref name="index"/>, from 0.</summary>
    internal abstract long[] Batch(int index);

    /// <summary>
    /// Dropout of a step on the adapters' rank-r side: masks [batch, sequence, rank], already divided by 1 - p, by module. Null: none is
    /// given, and the adapters' inputs drop at random as their configuration says.
    /// </summary>
    internal virtual IReadOnlyDictionary<string, torch.Tensor>? AdapterMasks(int index, torch.ScalarType dtype) => null;

    /// <summary>AdamW with the settings' constants.</summary>
    private protected DecoupledAdam Adam(IReadOnlyList<TrainedTensor> trained, OptimizerKind kind) =>
        new(trained, kind, Settings.Beta1, Settings.Beta2, Settings.Epsilon, Settings.WeightDecay);

    /// <summary>The evaluation that is due after the steps taken; null: none is.</summary>
    internal virtual TaskEpoch? Evaluate(TaskClassifier classifier, IReadOnlyList<FineTuningStep> steps) => null;
}
