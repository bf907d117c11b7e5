using Crammed.Ckks;
using Crammed.Files;

namespace Crammed.Encrypted.Execution;

/// <summary>Vectors on disk: ciphertexts one after the other, as the engine writes them, each with its checksum.</summary>
public sealed partial class CkksGroups
{
    public void Store(IReadOnlyList<SlotVector> vectors, string path) => AtomicFile.Write(path, stream =>
    {
        foreach (var vector in vectors)
            Read(vector).Write(stream);
    }, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <exception cref="CkksFormatException">the file is damaged, or of other parameters</exception>
    public SlotVector[] Load(string path, int count)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        var vectors = new List<SlotVector>(count);
        try
        {
            while (vectors.Count < count)
                vectors.Add(Load(CiphertextReader.Read(stream, _levels.Parameters)));
            return [.. vectors];
        }
        catch
        {
            foreach (var vector in vectors)
                vector.Dispose();
            throw;
        }
    }
}
