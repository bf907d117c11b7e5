using System.Text.Json;
using Crammed.Files;

namespace Crammed.Model;

/// <summary>
/// Adapters and head after (or during) training: adapters.safetensors, with a draw's tensor names and shapes in float64, and the
/// settings and shape as JSON metadata. A full fine-tuning run has only the head here; its encoder is a checkpoint of its own.
/// </summary>
public sealed class TrainedWeights
{
    private const string Format = "crammed-adapters/1";
    private const string LabelsKey = "labels";

    /// <param name="settings">Hyperparameters of the run.</param>
    /// <param name="shape">Sizes of model and head.</param>
    /// <param name="values">Row-major values by tensor name.</param>
    /// <param name="labels">As <see cref="Labels"/>.</param>
    public TrainedWeights(
        FineTuningSettings settings,
        FineTuningShape shape,
        IReadOnlyDictionary<string, double[]> values,
        IReadOnlyList<string>? labels = null)
    {
        Labels = labels;
        Settings = settings;
        Shape = shape;
        Values = values;
    }

    /// <summary>Initial values.</summary>
    internal TrainedWeights(FineTuningSettings settings, FineTuningShape shape, IEnumerable<DrawTensor> tensors)
        : this(settings, shape, tensors.ToDictionary(
            tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value)))
    {
    }

    public FineTuningSettings Settings { get; }

    public FineTuningShape Shape { get; }

    /// <summary>Row-major values by tensor name.</summary>
    public IReadOnlyDictionary<string, double[]> Values { get; }

    /// <summary>The labels that the classifier's outputs stand for, in their order; null: the task's, whatever they are called.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>Whether low-rank adapters are among them.</summary>
    public bool HasAdapters => Values.ContainsKey(TrainedTensorNames.NameA(0, TrainedTensorNames.Projections[0]));

    /// <summary>The untrained weights that a draw starts from.</summary>
    public static TrainedWeights Initial(FineTuningDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return new TrainedWeights(draw.Settings, draw.Shape, draw.Tensors);
    }

    /// <summary>The same with the classifier's outputs in the order of a task's labels, found by name, in any case.</summary>
    /// <param name="labels">The task's; empty for regression.</param>
    /// <param name="source">Where the weights are from, for the message.</param>
    /// <exception cref="InvalidDataException">The outputs stand for other labels.</exception>
    public TrainedWeights InOrderOf(IReadOnlyList<string> labels, string source)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (Labels is null || Labels.SequenceEqual(labels))
            return this;
        var own = Labels.ToList();
        int[] order = [.. labels.Select(label => own.FindIndex(name => name.Equals(label, StringComparison.OrdinalIgnoreCase)))];
        if (order.Length != own.Count || order.Contains(-1) || order.Distinct().Count() != own.Count)
        {
            throw new InvalidDataException(
                $"{source}: its outputs stand for {string.Join(", ", own)}, and the task's labels are {string.Join(", ", labels)}; "
                + "if these are other names of the same, import the model with labels=[...], the task's in the order of the outputs");
        }

        var values = Values.ToDictionary();
        var classifier = TrainedTensorNames.HeadLinears[^1];
        foreach (var name in new[] { TrainedTensorNames.Weight(classifier), TrainedTensorNames.Bias(classifier) })
            values[name] = [.. Values[name].Chunk(order.Length).SelectMany(row => order.Select(output => row[output]))];
        return new TrainedWeights(Settings, Shape, values, labels);
    }

    /// <summary>Writes the file (atomically).</summary>
    public void Write(string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, shape) in Shape.TensorShapes(Settings.Rank).Where(tensor => Values.ContainsKey(tensor.Name)))
            writer.AddFloat64(name, shape, Values[name]);
        writer.AddMetadata("format", Format);
        writer.AddMetadata("hyperparameters", Settings.ToJson());
        writer.AddMetadata("shape", Shape.ToJson());
        if (Labels is not null)
            writer.AddMetadata(LabelsKey, JsonSerializer.Serialize(Labels));
        writer.Write(path);
    }

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="InvalidDataException">
    /// Malformed; missing, unknown or wrongly shaped tensors; values that are not finite.
    /// </exception>
    public static TrainedWeights Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        file.RequireMetadata("format", Format);
        var settings = file.ParseMetadata("hyperparameters", FineTuningSettings.FromJson);
        var shape = file.ParseMetadata("shape", FineTuningShape.FromJson);
        var adapters = file.Contains(TrainedTensorNames.NameA(0, TrainedTensorNames.Projections[0]));
        var expected = adapters ? shape.TensorShapes(settings.Rank) : shape.HeadTensorShapes();
        var values = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var (name, tensorShape) in expected)
            values[name] = file.ReadFiniteFloat64(name, tensorShape);
        if (file.Names.FirstOrDefault(name => !values.ContainsKey(name)) is { } unknown)
            throw new InvalidDataException($"{path}: tensor '{unknown}' does not belong in adapters with shape {shape.ToJson()}");
        var labels = file.Metadata.ContainsKey(LabelsKey)
            ? file.ParseMetadata(LabelsKey, json => JsonSerializer.Deserialize<string[]>(json))
            : null;
        if (labels is not null && (labels.Length != shape.Classes || labels.Contains(null)))
            throw new InvalidDataException($"{path}: metadata '{LabelsKey}' does not name {shape.Classes} labels");
        return new TrainedWeights(settings, shape, values, labels);
    }
}
