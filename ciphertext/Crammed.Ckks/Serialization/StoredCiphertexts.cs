using System.Runtime.InteropServices;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// Ciphertexts that a run puts on disk to have their memory for others, and takes back: residues as they are in memory, limb by limb, several
/// at a time. Of the file the system keeps nothing in memory. A run's own: bytes are in the order of the machine.
/// </summary>
/// <remarks>
/// Packing residues to their bits and hashing them by SHA-256, as <see cref="Ciphertext.Write"/> does, takes four times the processor time of
/// everything else and spares a third of the bytes. A CRC for each limb finds damage.
/// </remarks>
public static class StoredCiphertexts
{
    /// <summary>After so many bytes what is on the disk is let go of.</summary>
    private const long ForgottenBytes = 64 << 20;

    /// <summary>Writes a file, which appears whole or not at all, for its owner's eyes only.</summary>
    /// <returns>bytes that were written</returns>
    /// <exception cref="IOException">the file cannot be written</exception>
    public static long Write(string path, IReadOnlyList<Ciphertext> ciphertexts)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        var contents = new StoredContents([.. ciphertexts.Select(StoredEntry.Of)], ciphertexts.Count == 0 ? null : ciphertexts[0].Parameters);
        AtomicFile.Write(path, stream =>
        {
            var file = stream.SafeFileHandle;
            long written = 0;
            contents.ForEachLimb((number, i, polynomial, limb, place) =>
            {
                var bytes = MemoryMarshal.AsBytes(ciphertexts[i][polynomial].LimbSpan(limb));
                contents.Checksums[number] = StoredContents.Checksum(bytes);
                RandomAccess.Write(file, bytes, place);
                PageCache.BeginWriting(file, place, bytes.Length);
                var now = Interlocked.Add(ref written, bytes.Length);
                if (now / ForgottenBytes != (now - bytes.Length) / ForgottenBytes)
                    PageCache.Forget(file, 0, 0);
            });
            RandomAccess.Write(file, contents.ToBytes(), 0);
        }, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var whole = File.OpenHandle(path);
        PageCache.Forget(whole, 0, 0);
        return contents.FileBytes;
    }

    /// <summary>Reads a file of so many ciphertexts, which become the caller's.</summary>
    /// <returns>the ciphertexts, and the bytes that were read</returns>
    /// <exception cref="CkksFormatException">the file is damaged, or of other parameters or another number</exception>
    /// <exception cref="IOException">it cannot be read</exception>
    public static (Ciphertext[] Ciphertexts, long Bytes) Read(string path, CkksParameters parameters, int count)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var file = File.OpenHandle(path);
        var contents = StoredContents.Read(file, parameters, count);
        Ciphertext[] ciphertexts = [.. contents.Entries.Select(entry => entry.Allocate(parameters))];
        try
        {
            contents.ForEachLimb((number, i, polynomial, limb, place) =>
            {
                var bytes = MemoryMarshal.AsBytes(ciphertexts[i][polynomial].LimbSpan(limb));
                StoredContents.ReadAt(file, bytes, place);
                FormatReader.Check(
                    StoredContents.Checksum(bytes) == contents.Checksums[number],
                    "a stored ciphertext does not match its checksum: it is damaged");
                PageCache.Forget(file, place, bytes.Length);
            });
            return (ciphertexts, contents.FileBytes);
        }
        catch
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext.Dispose();
            throw;
        }
    }
}
