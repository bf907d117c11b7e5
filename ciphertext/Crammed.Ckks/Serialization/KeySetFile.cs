using Crammed.Files;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// Evaluation keys on disk, in one file rather than a folder: it appears by one rename, its manifest speaks for all of it, and one
/// open handle reads any key, by position and from any thread, even after the file was replaced.
/// </summary>
internal sealed class KeySetFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly SafeFileHandle _handle;
    private readonly CkksParameters _parameters;
    private long _bytesRead;

    private KeySetFile(string path, FileStream stream, CkksParameters parameters, KeySetManifest manifest)
    {
        (Path, _stream, _parameters) = (path, stream, parameters);
        Manifest = manifest;
        // The getter seeks to where the stream has read to, and must not be called by two threads.
        _handle = stream.SafeFileHandle;
    }

    /// <summary>As it was given when the file was opened.</summary>
    public string Path { get; }

    public KeySetManifest Manifest { get; }

    /// <summary>Bytes of keys read until now.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Reads the manifest and leaves the keys where they are.</summary>
    /// <exception cref="CkksFormatException">as <see cref="KeySetManifest.Read"/>; the message begins with the path</exception>
    public static KeySetFile Open(string path, CkksParameters parameters)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return new KeySetFile(path, stream, parameters, Located(path, () => KeySetManifest.Read(stream, parameters)));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes keys and writes each as it is made, so that memory holds as many as <paramref name="options"/> allows threads. The largest are
    /// made first; their order in the file is another.
    /// </summary>
    /// <param name="path">where the file appears, whole, once all keys are written</param>
    /// <param name="parameters">the keys' parameters</param>
    /// <param name="keyId">the secret key that they belong to</param>
    /// <param name="keys">name and level of each key, all different</param>
    /// <param name="create">makes a key; called from several threads</param>
    /// <param name="written">called after each key that is written and disposed; from several threads</param>
    /// <param name="options">degree of parallelism and cancellation</param>
    public static void Save(
        string path, CkksParameters parameters, KeyId keyId, IEnumerable<(EvaluationKeyId Id, int Level)> keys,
        Func<EvaluationKeyId, int, SwitchingKey> create, Action<KeySetEntry> written, ParallelOptions options)
    {
        var manifest = KeySetManifest.Plan(parameters, keyId, keys);
        AtomicFile.Write(path, Write, bytes: manifest.FileBytes);

        void Write(FileStream stream)
        {
            var handle = stream.SafeFileHandle;
            IEnumerable<KeySetEntry> ordered =
                manifest.Entries.OrderByDescending(entry => entry.Id.Shape(parameters, entry.Level).MemoryBytes(parameters));
            ParallelLoop.RunInOrder(ordered, options, entry =>
            {
                using (var key = create(entry.Id, entry.Level))
                    SwitchingKeyFormat.Write(handle, entry.Offset, key).CopyTo(entry.Checksum, 0);
                written(entry);
            });
            using var beginning = new MemoryStream();
            manifest.Write(beginning);
            RandomAccess.Write(handle, beginning.GetBuffer().AsSpan(0, (int)beginning.Length), 0);
        }
    }

    /// <summary>Reads one key. What the system keeps of the file meanwhile is let go of: the key is in memory now.</summary>
    /// <exception cref="CkksFormatException">it is damaged; the message names the file and the key</exception>
    public SwitchingKey Load(KeySetEntry entry, UniformHalf uniform = UniformHalf.Held)
    {
        var shape = entry.Id.Shape(_parameters, entry.Level);
        var bytes = SwitchingKeyFormat.Bytes(_parameters, shape);
        var key = Located(
            $"{Path}: {entry.Id.Kind} key{(entry.Id.Kind == EvaluationKeyKind.Rotation ? $" by {entry.Id.Steps}" : "")}",
            () => SwitchingKeyFormat.Read(_handle, entry.Offset, _parameters, shape, entry.Checksum, uniform));
        Interlocked.Add(ref _bytesRead, bytes);
        PageCache.Forget(_handle, entry.Offset, bytes);
        return key;
    }

    public void Dispose() => _stream.Dispose();

    private static T Located<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CkksFormatException exception)
        {
            throw new CkksFormatException($"{place}: {exception.Message}");
        }
    }
}
