using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>The groups that a run has on disk, a file each: released when it is loaded, or at the end of the run.</summary>
/// <param name="backend">reads and writes them</param>
/// <param name="folder">where, or null if the run has none</param>
internal sealed class StoredGroups(IGroupBackend backend, SpillFolder? folder) : IDisposable
{
    private readonly Dictionary<Value, string> _paths = [];

    /// <summary>Files of the groups that are stored now.</summary>
    public IReadOnlyDictionary<Value, string> Paths => _paths;

    /// <exception cref="InvalidOperationException">the run has no folder</exception>
    public void Store(Value value, IReadOnlyList<SlotVector> vectors)
    {
        if (folder is null)
            throw new InvalidOperationException($"the program stores {value}: the run takes a folder to store groups in");
        var path = folder.NewFile();
        backend.Store(vectors, path);
        folder.Written(path);
        _paths.Add(value, path);
    }

    /// <summary>Takes over a group that was stored by an earlier run.</summary>
    public void Adopt(Value value, string path) => _paths.Add(value, path);

    /// <exception cref="InvalidOperationException">the group is not stored, or is loaded already</exception>
    public SlotVector[] Load(Value value)
    {
        if (!_paths.TryGetValue(value, out var path))
            throw new InvalidOperationException($"the program loads {value}, which is not stored");
        var vectors = backend.Load(path, value.Count);
        _paths.Remove(value);
        folder!.Release(path);
        return vectors;
    }

    public void Dispose()
    {
        foreach (var path in _paths.Values)
            folder!.Release(path);
        _paths.Clear();
    }
}
