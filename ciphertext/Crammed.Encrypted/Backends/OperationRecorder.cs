using System.Collections.Concurrent;
using System.Diagnostics;

namespace Crammed.Encrypted.Backends;

/// <summary>Count and processor seconds of one kind of operation inside one layer.</summary>
public sealed record OperationRecord(string Layer, string Operation, int Level, long Count, double Seconds);

/// <summary>
/// Counts and times every backend call by layer, kind and level; it also knows which rotation was used at which level,
/// which is what key generation needs. Seconds are summed over threads.
/// </summary>
public sealed class OperationRecorder
{
    private readonly ConcurrentDictionary<(string Layer, string Operation, int Level), Cell> _cells = new();
    private readonly ConcurrentDictionary<int, int> _rotations = new();
    private readonly ConcurrentDictionary<string, double> _layerSeconds = new();
    private readonly OrderedDictionary<string, int> _outputs = [];

    /// <summary>Scope that calls are counted in; set by <see cref="Enter"/>.</summary>
    public string Layer { get; private set; } = "";

    /// <summary>Highest level at which each rotation (steps to the left, 1..slots-1) was used.</summary>
    public IReadOnlyDictionary<int, int> Rotations => _rotations;

    /// <summary>Highest level at which a product was relinearized, -1 if none was.</summary>
    public int RelinearizationLevel { get; private set; } = -1;

    /// <summary>Everything recorded so far.</summary>
    public IReadOnlyList<OperationRecord> Records =>
    [
        .. _cells.Select(cell => new OperationRecord(
                cell.Key.Layer, cell.Key.Operation, cell.Key.Level, cell.Value.Count, cell.Value.Ticks / (double)Stopwatch.Frequency))
            .OrderBy(record => record.Layer, StringComparer.Ordinal)
            .ThenBy(record => record.Operation, StringComparer.Ordinal)
            .ThenBy(record => record.Level),
    ];

    /// <summary>Level of what each scope results in, in the order of a forward pass.</summary>
    public IReadOnlyDictionary<string, int> OutputLevels => _outputs;

    /// <summary>Wall seconds spent inside each layer.</summary>
    public IReadOnlyDictionary<string, double> LayerSeconds => _layerSeconds;

    /// <summary>Counts calls in the scope <paramref name="layer"/> until the result is disposed.</summary>
    public IDisposable Enter(string layer) => new Scope(this, layer);

    internal T Measure<T>(string operation, int level, long count, Func<T> call)
    {
        var start = Stopwatch.GetTimestamp();
        var result = call();
        var cell = _cells.GetOrAdd((Layer, operation, level), _ => new Cell());
        Interlocked.Add(ref cell.Ticks, Stopwatch.GetTimestamp() - start);
        Interlocked.Add(ref cell.Count, count);
        return result;
    }

    /// <summary>A result of the present scope: of several the highest counts.</summary>
    internal void NoteOutput(int level)
    {
        if (!_outputs.TryAdd(Layer, level))
            _outputs[Layer] = Math.Max(_outputs[Layer], level);
    }

    internal void NoteRotation(int steps, int level) =>
        _rotations.AddOrUpdate(steps, level, (_, previous) => Math.Max(previous, level));

    internal void NoteRelinearization(int level)
    {
        lock (_cells)
            RelinearizationLevel = Math.Max(RelinearizationLevel, level);
    }

    private sealed class Cell
    {
        public long Ticks;
        public long Count;
    }

    private sealed class Scope : IDisposable
    {
        private readonly OperationRecorder _recorder;
        private readonly string _outer;
        private readonly long _start = Stopwatch.GetTimestamp();

        public Scope(OperationRecorder recorder, string layer)
        {
            _recorder = recorder;
            _outer = recorder.Layer;
            recorder.Layer = layer;
        }

        public void Dispose()
        {
            var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            _recorder._layerSeconds.AddOrUpdate(_recorder.Layer, seconds, (_, sum) => sum + seconds);
            _recorder.Layer = _outer;
        }
    }
}
