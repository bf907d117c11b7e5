using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Bert;

/// <summary>
/// Rows of token ids on the disk, read one at a time in any order; in memory are eight bytes a row. The file has no name that survives
/// the process. Add rows from one thread, then read them from any number.
/// </summary>
internal sealed class TokenRows : IDisposable
{
    private const int BufferTokens = 1 << 16;

    private readonly SafeFileHandle _file;
    private readonly List<long> _ends = [];
    private readonly int[] _buffer = new int[BufferTokens];
    private long _written;
    private int _buffered;

    /// <exception cref="IOException">The folder for temporary files cannot be written.</exception>
    public TokenRows()
    {
        var path = Path.Combine(Path.GetTempPath(), $"crammed-tokens-{Guid.NewGuid():N}");
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        // Where an open file may be unlinked, not even a killed process leaves it behind.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
    }

    /// <summary>Rows added.</summary>
    public int Count => _ends.Count;

    /// <summary>Tokens of all rows.</summary>
    public long Tokens => _written + _buffered;

    /// <summary>Takes all rows of a stream.</summary>
    public static TokenRows Of(IEnumerable<int[]> rows)
    {
        var result = new TokenRows();
        foreach (var row in rows)
            result.Add(row);
        return result;
    }

    /// <summary>Appends a row.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(ReadOnlySpan<int> row)
    {
        var end = Tokens + row.Length;
        while (!row.IsEmpty)
        {
            var part = Math.Min(row.Length, BufferTokens - _buffered);
            row[..part].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += part;
            row = row[part..];
            if (_buffered == BufferTokens)
                Flush();
        }

        _ends.Add(end);
    }

    /// <summary>A copy of a row.</summary>
    public int[] Row(int index)
    {
        if (_buffered > 0)
            Flush();
        var start = index == 0 ? 0 : _ends[index - 1];
        var row = new int[_ends[index] - start];
        var bytes = MemoryMarshal.AsBytes(row.AsSpan());
        var position = start * sizeof(int);
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(_file, bytes, position);
            if (count == 0)
                throw new IOException("the temporary file of token ids was cut short");
            bytes = bytes[count..];
            position += count;
        }

        return row;
    }

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)), _written * sizeof(int));
        _written += _buffered;
        _buffered = 0;
    }
}
