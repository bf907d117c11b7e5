using System.Globalization;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The groups that a run has on disk, a file each: gone when it is loaded, or at the end of the run. Names of files are those of no other
/// run in the folder.
/// </summary>
/// <param name="backend">reads and writes them</param>
/// <param name="folder">where, or null if the run has none</param>
internal sealed class StoredGroups(IGroupBackend backend, string? folder) : IDisposable
{
    private readonly Guid _run = Guid.NewGuid();
    private readonly Dictionary<Value, string> _paths = [];
    private int _count;

    /// <exception cref="InvalidOperationException">the run has no folder</exception>
    public void Store(Value value, IReadOnlyList<SlotVector> vectors)
    {
        if (folder is null)
            throw new InvalidOperationException($"the program stores {value}: the run takes a folder to store groups in");
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{_run:N}-{_count++}.vectors"));
        backend.Store(vectors, path);
        _paths.Add(value, path);
    }

    /// <exception cref="InvalidOperationException">the group is not stored, or is loaded already</exception>
    public SlotVector[] Load(Value value)
    {
        if (!_paths.TryGetValue(value, out var path))
            throw new InvalidOperationException($"the program loads {value}, which is not stored");
        var vectors = backend.Load(path, value.Count);
        _paths.Remove(value);
        File.Delete(path);
        return vectors;
    }

    public void Dispose()
    {
        foreach (var path in _paths.Values)
            File.Delete(path);
        _paths.Clear();
    }
}
