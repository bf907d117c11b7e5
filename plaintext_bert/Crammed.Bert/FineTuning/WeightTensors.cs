using TorchSharp;

namespace Crammed.Bert;

/// <summary>Adapters and head as tensors, and the classifier that they and a model make.</summary>
internal sealed class WeightTensors : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> tensors = new(StringComparer.Ordinal);
    private readonly TrainedWeights source;
    private readonly ClassificationHead head;

    public WeightTensors(TrainedWeights source, torch.ScalarType dtype, bool withAdapters)
    {
        this.source = source;
        var shapes = withAdapters ? source.Shape.TensorShapes(source.Settings.Rank) : source.Shape.HeadTensorShapes();
        foreach (var (name, shape) in shapes)
            tensors[name] = torch.tensor(source.Values[name], shape, dtype: dtype).DetachFromDisposeScope();
        Adapters = withAdapters ? new LowRankAdapters(tensors, source.Settings.Alpha, source.Settings.Rank) : null;
        head = new ClassificationHead(tensors);
    }

    public LowRankAdapters? Adapters { get; }

    public IReadOnlyDictionary<string, torch.Tensor> Tensors => tensors;

    public void RequireGradients()
    {
        foreach (var tensor in tensors.Values)
            tensor.requires_grad_();
    }

    /// <summary>Logits [batch, outputs]; the pass must be a first-token one.</summary>
    public torch.Tensor Classify(BertModel model, torch.Tensor embedded, torch.Tensor mask, EncoderPass pass) =>
        head.Forward(model.Encode(embedded, mask, pass).select(1, 0), pass);

    /// <summary>The values as they stand.</summary>
    public TrainedWeights Snapshot() =>
        new(source.Settings, source.Shape, tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.ToFloat64Array()));

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }
}
