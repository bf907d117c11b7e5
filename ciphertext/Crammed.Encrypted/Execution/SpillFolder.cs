using System.Globalization;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// A folder for the groups that runs have on disk, a file each. A file goes when its group is loaded or its run ends, unless whoever saves
/// a run's position still needs it: then when the next position is saved.
/// </summary>
/// <param name="path">which exists, and which no other process writes to</param>
public sealed class SpillFolder(string path)
{
    private readonly string _names = Guid.NewGuid().ToString("N");
    private readonly HashSet<string> _kept = [];
    private readonly HashSet<string> _released = [];
    private int _count;

    public string Path => path;

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>A path for another group, whose name no other run has.</summary>
    internal string NewFile() => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{_names}-{_count++}.vectors"));

    /// <summary>Told of a file that was written.</summary>
    internal void Written(string file) => WrittenBytes += new FileInfo(file).Length;

    /// <summary>The file is not read any more.</summary>
    internal void Release(string file)
    {
        if (_kept.Contains(file))
            _released.Add(file);
        else
            File.Delete(file);
    }

    /// <summary>Keeps these files and no others: what was kept before, and is released, goes.</summary>
    /// <param name="files">full paths</param>
    public void Keep(IEnumerable<string> files)
    {
        var wanted = files.ToHashSet();
        foreach (var file in _released.Where(file => !wanted.Contains(file)).ToArray())
        {
            File.Delete(file);
            _released.Remove(file);
        }
        _kept.Clear();
        _kept.UnionWith(wanted);
    }
}
