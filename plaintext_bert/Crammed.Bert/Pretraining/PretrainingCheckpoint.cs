using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// A run between two steps in one safetensors file: <c>model.NAME</c>, <c>first.NAME</c> and <c>second.NAME</c> are weights and AdamW's
/// moments, <c>metrics.*</c> the steps so far; metadata has the numbers and what fixes the run's course. A run that continues from it goes
/// on as if it had not been interrupted, bit for bit with a budget in steps or tokens and the same number of threads.
/// </summary>
public sealed class PretrainingCheckpoint : IDisposable
{
    private const string Format = "crammed-pretraining/1";

    private readonly SafetensorsFile _file;

    private PretrainingCheckpoint(SafetensorsFile file)
    {
        _file = file;
        file.RequireMetadata("format", Format);
        State = file.ParseMetadata("state", PretrainingState.Parse);
        Precision = file.ParseMetadata("identity", PretrainingIdentity.Precision);
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>Steps done.</summary>
    public int Steps => State.Steps;

    /// <summary>The type of the run's products, never auto.</summary>
    public MatrixProductPrecision Precision { get; }

    internal PretrainingState State { get; }

    /// <summary>Opens a checkpoint for <see cref="PretrainingCheckpoints.Resume"/>; tensors are read when the run starts.</summary>
    /// <exception cref="InvalidDataException">Malformed, or no checkpoint of pretraining.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static PretrainingCheckpoint Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            return new PretrainingCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a checkpoint of a run with another model, recipe or text.</summary>
    /// <exception cref="InvalidDataException">The message names the first field that differs, with both values.</exception>
    public void RequireSame(
        BertConfiguration model, PretrainingSettings settings, PretrainingCorpus training, PretrainingCorpus heldOut)
    {
        var difference = _file.ParseMetadata(
            "identity", text => PretrainingIdentity.Difference(text, PretrainingIdentity.Of(model, settings, training, heldOut)));
        if (difference is var (field, stored, given))
            throw new InvalidDataException(
                $"{Path}: made with {field} = {stored}, and this run has {given}; resume with the configuration that it was made with");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Write(string path, PretrainingRun run, IReadOnlyList<PretrainingMetrics> metrics, double seconds, string identity)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("state", new PretrainingState(run.Steps, run.Tokens, seconds, run.Position).ToJson());
        writer.AddMetadata("identity", identity);
        foreach (var (name, tensor) in Tensors(run))
            writer.AddFloat32(name, tensor.shape, tensor.ToFloat32Array());
        MetricsTensors.Add(writer, metrics);
        writer.Write(path);
    }

    /// <summary>Puts a run where this one was; returns its metrics.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape or not finite.</exception>
    internal List<PretrainingMetrics> Restore(PretrainingRun run)
    {
        var metrics = MetricsTensors.Read(_file, State.Steps);
        using var noGradient = torch.no_grad();
        foreach (var (name, tensor) in Tensors(run))
        {
            using var values = torch.tensor(_file.ReadFiniteFloat32(name, tensor.shape), tensor.shape);
            tensor.copy_(values);
        }

        run.Optimizer.Steps = State.Steps;
        run.Restore(State.Steps, State.Tokens, State.Position);
        return metrics;
    }

    private static IEnumerable<(string Name, torch.Tensor Tensor)> Tensors(PretrainingRun run)
    {
        foreach (var (name, parameter) in run.Model.named_parameters())
            yield return ($"model.{name}", parameter);
        foreach (var (name, first, second) in run.Optimizer.Moments)
        {
            yield return ($"first.{name}", first);
            yield return ($"second.{name}", second);
        }
    }
}
