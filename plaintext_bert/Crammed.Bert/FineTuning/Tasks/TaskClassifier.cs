using TorchSharp;

namespace Crammed.Bert;

/// <summary>A model with a classification head and, perhaps, adapters: what is fine-tuned, saved, and evaluated.</summary>
public sealed class TaskClassifier : IDisposable
{
    private const int EvaluationBatch = 64;

    private readonly WeightTensors head;

    /// <summary>A model with a fresh head, and with fresh adapters where a configuration for them is given.</summary>
    /// <param name="model">Owned by the caller.</param>
    /// <param name="classes">Classes; 0 for regression.</param>
    /// <param name="lora">Null: no adapters.</param>
    /// <param name="seed">Fixes head and adapters.</param>
    /// <exception cref="ArgumentException">The configuration of the adapters does not fit the model.</exception>
    public TaskClassifier(BertModel model, int classes, LoraConfiguration? lora, long seed)
        : this(model, InitialHead(model, classes, seed), lora is null ? null : new LoraAdapters(model, lora, seed))
    {
    }

    private TaskClassifier(BertModel model, WeightTensors head, LoraAdapters? adapters)
    {
        Model = model;
        this.head = head;
        Adapters = adapters;
    }

    public BertModel Model { get; }

    /// <summary>Null if every weight of the model is trained.</summary>
    public LoraAdapters? Adapters { get; }

    /// <summary>The head's tensors [in, out] and [out], by the names of <see cref="TrainedTensorNames"/>.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Head => head.Tensors;

    /// <summary>A model, every weight of which was trained, and the head that was trained with it.</summary>
    /// <param name="model">Owned by the caller.</param>
    /// <param name="head">Without adapters.</param>
    /// <exception cref="ArgumentException">The head is for a model of other sizes, or there are adapters.</exception>
    public TaskClassifier(BertModel model, TrainedWeights head)
        : this(model, HeadOf(model, head), adapters: null)
    {
    }

    /// <summary>A model with the adapters and the head of a folder that <see cref="LoraFiles.Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The base model, owned by the caller.</param>
    /// <param name="classes">Classes of the task; 0 for regression.</param>
    /// <param name="baseHead">The head that the model was imported with, if any.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or for another model.</exception>
    public static TaskClassifier Load(string folder, BertModel model, int classes, TrainedWeights? baseHead = null)
    {
        var head = InitialHead(model, classes, seed: 0);
        try
        {
            return new TaskClassifier(model, head, LoraFiles.Load(folder, model, head.Tensors, baseHead));
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    /// <summary>Predicts every example, without dropout; examples of like length together.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Predictions Predict(TaskData data, bool trimPadding = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var noGradient = torch.no_grad();
        var logits = new double[data.Count][];
        var order = Enumerable.Range(0, data.Count).Select(index => (long)index).OrderBy(index => data.LongestOf([index])).ToArray();
        foreach (var batch in order.Chunk(EvaluationBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var output = Logits(data, batch, trimPadding, training: false);
            foreach (var (index, values) in batch.Zip(output.ToFloat64Array().Chunk((int)output.shape[1])))
                logits[index] = values;
        }

        return new Predictions(logits, data.Labels(), data.Classes);
    }

    /// <summary>The head's values as they stand.</summary>
    public TrainedWeights HeadWeights() => head.Snapshot();

    /// <summary>The head's values, in the form of a file that <c>evaluate</c> reads beside the model.</summary>
    /// <param name="settings">What it was trained with.</param>
    /// <param name="examples">How many examples it was trained on.</param>
    /// <param name="labels">The task's labels, in the order of its classes; null where they are not known.</param>
    public TrainedWeights HeadWeights(TaskTrainingSettings settings, int examples, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var snapshot = head.Snapshot();
        return new TrainedWeights(settings.ToFineTuningSettings(examples), snapshot.Shape, snapshot.Values, labels);
    }

    /// <summary>
    /// Logits [n, outputs] of the chosen examples. In training the adapters' dropout acts, or the model's where there are none: beside
    /// adapters the frozen model runs as it was pretrained.
    /// </summary>
    internal torch.Tensor Logits(TaskData data, ReadOnlySpan<long> indices, bool trimPadding, bool training)
    {
        if (Adapters is not null)
            Adapters.Training = training;
        var dropout = training && Adapters is null ? Model.Configuration.Dropout : 0;
        var length = trimPadding ? data.LongestOf(indices) : data.SequenceLength;
        var pass = new EncoderPass { LinearAdapters = Adapters, FirstTokenOnly = true, Dropout = dropout };
        return head.Classify(Model, Model.Embed(data.Ids(indices, length)), data.Masks(indices, Model.ScalarType, length), pass);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        head.Dispose();
        Adapters?.Dispose();
    }

    private static WeightTensors HeadOf(BertModel model, TrainedWeights head)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(head);
        head.Shape.RequireFits(model.Configuration);
        return head.HasAdapters
            ? throw new ArgumentException("there are adapters beside the head; a model with every weight trained has none", nameof(head))
            : new WeightTensors(head, model.ScalarType, withAdapters: false);
    }

    private static WeightTensors InitialHead(BertModel model, int classes, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        var configuration = model.Configuration with { Classes = classes };
        configuration.Validate();
        var shape = FineTuningShape.Of(configuration);
        var values = shape.HeadTensorShapes().Select(
            (tensor, index) => InitialWeights.Draw(tensor.Name, tensor.Shape, new SeededRandom(seed, "head", index)));
        var weights = new TrainedWeights(
            new FineTuningSettings(),
            shape,
            values.ToDictionary(tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value)));
        return new WeightTensors(weights, model.ScalarType, withAdapters: false);
    }
}
