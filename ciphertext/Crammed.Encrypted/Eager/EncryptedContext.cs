using System.Collections.Concurrent;
using Crammed.Approximation;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Eager;

/// <summary>
/// One run of a circuit: the backend, the tape, the recorder, the refresh rule, and every tensor made since the last <see cref="Release"/>.
/// </summary>
public sealed class EncryptedContext : IDisposable
{
    private readonly List<EncryptedTensor> _tensors = [];

    /// <param name="backend">Where the circuit runs.</param>
    /// <param name="refreshLevel">
    /// Level that a refreshed tensor gets unless the operation needs more: high levels cost more in every later operation,
    /// low ones mean more refreshes.
    /// </param>
    public EncryptedContext(ISlotBackend backend, int refreshLevel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(refreshLevel, backend.MaxLevel);
        ArgumentOutOfRangeException.ThrowIfLessThan(refreshLevel, 1);
        Backend = new RecordingBackend(backend, Recorder);
        RefreshLevel = refreshLevel;
    }

    /// <summary>The backend, recorded.</summary>
    public ISlotBackend Backend { get; }

    public OperationRecorder Recorder { get; } = new();

    public Tape Tape { get; } = new();

    /// <summary>Level of refreshed tensors unless an operation needs more.</summary>
    public int RefreshLevel { get; }

    /// <summary>Public masks by what they select, kept with their encodings as long as the context lives.</summary>
    internal ConcurrentDictionary<(string What, int Which), PlainSlots[]> Masks { get; } = new();

    /// <summary>A leaf tensor; takes over the vectors.</summary>
    public EncryptedTensor Tensor(string name, SlotLayout layout, SlotVector[] vectors, bool requiresGradient = false)
    {
        var tensor = new EncryptedTensor(this, name, layout, vectors, requiresGradient);
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Frees every tensor made since the last call, and forgets the tape.</summary>
    public void Release()
    {
        Tape.Clear();
        foreach (var tensor in _tensors)
            tensor.Dispose();
        _tensors.Clear();
    }

    /// <summary>Frees every tensor and the masks' encodings.</summary>
    public void Dispose()
    {
        Release();
        foreach (var mask in Masks.Values.SelectMany(masks => masks))
            mask.Dispose();
        Masks.Clear();
    }

    /// <summary>
    /// The result of an operation. With a gradient to come it goes on the tape together with its rule and what the rule needs;
    /// otherwise <paramref name="saved"/> is freed at once.
    /// </summary>
    internal EncryptedTensor Record(
        string name, SlotLayout layout, SlotVector[] vectors, EncryptedTensor[] inputs, Action<EncryptedTensor> backward,
        params IDisposable[] saved)
    {
        var requiresGradient = Tape.Enabled && inputs.Any(input => input.RequiresGradient);
        var output = Tensor(name, layout, vectors, requiresGradient);
        if (requiresGradient)
        {
            Tape.Push([output], Recorder.Layer, () => backward(output.Gradient!), saved);
            return output;
        }
        foreach (var item in saved)
            item.Dispose();
        return output;
    }

    /// <summary>Sees to it that a tensor has at least <paramref name="levels"/> levels left, refreshing it if it does not.</summary>
    internal void Require(EncryptedTensor tensor, int levels)
    {
        if (tensor.Level >= levels)
            return;
        tensor.Replace(Backend.Refresh(tensor.Vectors, Math.Max(levels, RefreshLevel)));
    }

    /// <summary>Vectors with at least <paramref name="levels"/> levels left; the caller owns the result.</summary>
    internal SlotVector Require(SlotVector vector, int levels) =>
        vector.Level >= levels ? vector.Share() : Backend.Refresh([vector], Math.Max(levels, RefreshLevel))[0];

    /// <summary>function(x) by its polynomial, after a refresh where x has too few levels.</summary>
    internal SlotVector Evaluate(FittedFunction function, SlotVector x)
    {
        using var argument = Require(x, function.Approximation.Depth);
        return Backend.Evaluate([argument], function)[0];
    }

    /// <summary>A part of a circuit, for the recorder: its calls and its result's level.</summary>
    internal EncryptedTensor InScope(string name, Func<EncryptedTensor> part)
    {
        using (Recorder.Enter(name))
        {
            var result = part();
            Recorder.NoteOutput(result.Level);
            return result;
        }
    }

    /// <summary>
    /// The tensors' vectors, all at one level that leaves at least <paramref name="levels"/>: the lowest at which the tensors stand
    /// after those below have been refreshed. Dispose the sets.
    /// </summary>
    internal VectorSet[] Align(int levels, params EncryptedTensor[] tensors)
    {
        foreach (var tensor in tensors)
            Require(tensor, levels);
        var level = tensors.Min(tensor => tensor.Level);
        return [.. tensors.Select(tensor => Lower(tensor.Vectors, level))];
    }

    /// <summary>Vectors lowered to a level (shared where they stand there already).</summary>
    internal VectorSet Lower(IReadOnlyList<SlotVector> vectors, int level) =>
        new(Map(vectors.Count, i => Backend.LowerTo(vectors[i], level)));

    /// <summary>Computes vectors in parallel.</summary>
    internal SlotVector[] Map(int count, Func<int, SlotVector> compute)
    {
        var results = new SlotVector[count];
        ParallelFor(count, i => results[i] = compute(i));
        return results;
    }

    /// <summary>Runs independent pieces of work in parallel.</summary>
    internal void ParallelFor(int count, Action<int> work) => Backend.ParallelFor(count, work);
}
