using TorchSharp;

namespace Crammed.Bert;

/// <summary>A model with a classification head and, perhaps, adapters: what is fine-tuned, saved, and evaluated.</summary>
public sealed class TaskClassifier : IDisposable
{
    private const int EvaluationBatch = 64;

    private readonly Dictionary<string, torch.Tensor> _head;

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

    /// <summary>A model with given weights: of a draw, or after training.</summary>
    /// <param name="model">Owned by the caller.</param>
    /// <param name="weights">The head, and adapters where it has them.</param>
    /// <exception cref="ArgumentException">The weights are for a model of other sizes.</exception>
    public TaskClassifier(BertModel model, TrainedWeights weights)
        : this(model, weights, AdaptersOf(model, weights))
    {
    }

    private TaskClassifier(BertModel model, TrainedWeights head, LoraAdapters? adapters)
    {
        Model = model;
        Shape = head.Shape;
        Adapters = adapters;
        _head = Shape.HeadTensorShapes().ToDictionary(
            tensor => tensor.Name,
            tensor => torch.tensor(head.Values[tensor.Name], tensor.Shape, dtype: model.ScalarType).DetachFromDisposeScope());
    }

    public BertModel Model { get; }

    /// <summary>Sizes of model and head.</summary>
    public FineTuningShape Shape { get; }

    /// <summary>Null if every weight of the model is trained.</summary>
    public LoraAdapters? Adapters { get; private set; }

    /// <summary>The head's tensors [in, out] and [out], by the names of <see cref="TrainedTensorNames"/>.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Head => _head;

    /// <summary>A model with the adapters and the head of a folder that <see cref="LoraFiles.Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The base model, owned by the caller.</param>
    /// <param name="classes">Classes of the task; 0 for regression.</param>
    /// <param name="baseHead">The head that the model was imported with, if any.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or for another model.</exception>
    public static TaskClassifier Load(string folder, BertModel model, int classes, TrainedWeights? baseHead = null)
    {
        var classifier = new TaskClassifier(model, classes, lora: null, seed: 0);
        try
        {
            classifier.Adapters = LoraFiles.Load(folder, model, classifier.Head, baseHead);
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>Predicts every example, without dropout.</summary>
    /// <param name="data">The examples; their embeddings count where they have them.</param>
    /// <param name="trimPadding">Whether examples of like length go together, without the tokens that are padding in all of them.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Data and model do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Predictions Predict(TaskData data, bool trimPadding = true, CancellationToken cancellation = default) =>
        Predict(data, new EncoderPass { FirstTokenOnly = true }, trimPadding, cancellation);

    /// <summary>Predicts every example by a pass, to which the adapters are added.</summary>
    internal Predictions Predict(TaskData data, EncoderPass pass, bool trimPadding, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.RequireFits(Model.Configuration, Shape.Classes);
        using var noGradient = torch.no_grad();
        pass = pass with { Adapters = Adapters };
        var logits = new double[data.Count][];
        var order = Enumerable.Range(0, data.Count).Select(index => (long)index);
        if (trimPadding)
            order = order.OrderBy(index => data.LongestOf([index]));
        foreach (var batch in order.Chunk(EvaluationBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var output = Logits(data, batch, pass, trimPadding).ToFloat64Array().Chunk(Shape.Outputs);
            foreach (var (index, values) in batch.Zip(output))
                logits[index] = values;
        }

        return new Predictions(logits, data.Labels(), data.Classes);
    }

    /// <summary>The values as they stand, in the form of a file of trained weights: head, and a draw's adapters if any.</summary>
    /// <param name="settings">What they were trained with.</param>
    /// <param name="labels">The task's labels, in the order of its classes; null where they are not known.</param>
    /// <exception cref="KeyNotFoundException">The adapters are not a draw's: on query, key and value of every layer.</exception>
    public TrainedWeights Weights(FineTuningSettings settings, IReadOnlyList<string>? labels = null)
    {
        // A draw's form is one of views.
        using var scope = torch.NewDisposeScope();
        var tensors = Head.Select(tensor => (Name: tensor.Key, tensor.Value)).Concat(Adapters?.InDrawForm() ?? []);
        var values = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Value.ToFloat64Array());
        return new TrainedWeights(settings, Shape, values, labels);
    }

    /// <summary>
    /// The values as they stand in a draw's form; null where they have none: adapters on other modules than a draw's, or trained biases.
    /// </summary>
    /// <param name="labels">The task's labels, in the order of its classes.</param>
    public TrainedWeights? WeightsInDrawForm(IReadOnlyList<string> labels)
    {
        if (Adapters is not { Configuration: { Bias: LoraBias.None } configuration } adapters)
            return null;
        var places = Shape.Adapters().Select(place => LoraAdapters.ModuleOf(place.Layer, place.Projection));
        return places.ToHashSet().SetEquals(adapters.Modules)
            ? Weights(new FineTuningSettings { Steps = 1, Rank = configuration.Rank, Alpha = configuration.Alpha }, labels)
            : null;
    }

    /// <summary>Logits [n, outputs] of the chosen examples, by a first-token pass or the first token of one over all.</summary>
    internal torch.Tensor Logits(TaskData data, ReadOnlySpan<long> indices, EncoderPass pass, bool trimPadding)
    {
        var length = trimPadding ? data.LongestOf(indices) : data.SequenceLength;
        return Logits(data.Embeddings(indices, Model, length), data.Masks(indices, Model.ScalarType, length), pass);
    }

    /// <summary>Logits [n, outputs] of embeddings [n, tokens, hidden] with masks [n, tokens].</summary>
    internal torch.Tensor Logits(torch.Tensor embedded, torch.Tensor mask, EncoderPass pass) =>
        ClassificationHead.Forward(_head, Model.Encode(embedded, mask, pass).select(1, 0), pass);

    /// <summary>What training changes: the adapters and the biases they name, or the model; and the head.</summary>
    internal IEnumerable<(string Name, torch.Tensor Value)> Trained() => (Adapters?.Trained()
        ?? Model.named_parameters().Select(parameter => (parameter.Item1, (torch.Tensor)parameter.Item2)))
        .Concat(Head.Select(tensor => (tensor.Key, tensor.Value)));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _head.Values)
            tensor.Dispose();
        Adapters?.Dispose();
    }

    private static LoraAdapters? AdaptersOf(BertModel model, TrainedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        weights.Shape.RequireFits(model.Configuration);
        return weights.HasAdapters ? new LoraAdapters(model, weights) : null;
    }

    private static TrainedWeights InitialHead(BertModel model, int classes, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        var configuration = model.Configuration with { Classes = classes };
        configuration.Validate();
        var shape = FineTuningShape.Of(configuration);
        var values = shape.HeadTensorShapes().Select(
            (tensor, index) => InitialWeights.Draw(tensor.Name, tensor.Shape, new SeededRandom(seed, "head", index)));
        return new TrainedWeights(new FineTuningSettings(), shape, values);
    }
}
