using System.Diagnostics;
using Crammed.Ckks;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Execution;

/// <summary>Vectors on disk, as the engine writes them, each with its checksum (<see cref="StoredCiphertexts"/>).</summary>
public sealed partial class CkksGroups
{
    /// <summary>What was stored until now.</summary>
    public DiskTraffic Stored { get; private set; }

    /// <summary>What was loaded again until now.</summary>
    public DiskTraffic Loaded { get; private set; }

    /// <exception cref="IOException">the disk is full, or the file cannot be written</exception>
    public void Store(IReadOnlyList<SlotVector> vectors, string path)
    {
        var start = Stopwatch.GetTimestamp();
        var bytes = StoredCiphertexts.Write(path, [.. vectors.Select(Read)]);
        Stored = Stored.And(bytes, Stopwatch.GetElapsedTime(start));
    }

    /// <exception cref="CkksFormatException">the file is damaged, or of other parameters</exception>
    public SlotVector[] Load(string path, int count)
    {
        var start = Stopwatch.GetTimestamp();
        var (ciphertexts, bytes) = StoredCiphertexts.Read(path, _levels.Parameters, count);
        var vectors = new List<SlotVector>(count);
        try
        {
            foreach (var ciphertext in ciphertexts)
                vectors.Add(Load(ciphertext));
        }
        catch
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext.Dispose();
            throw;
        }
        Loaded = Loaded.And(bytes, Stopwatch.GetElapsedTime(start));
        return [.. vectors];
    }
}
