using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>Ciphertexts that a run puts on disk.</summary>
[TestFixture]
internal sealed class StoredCiphertextsTests
{
    private static CkksParameters Parameters => CkksSetup.Of(NamedParameters.InsecureN11).Parameters;

    /// <summary>Levels, numbers of polynomials and seeds all differ, and there are more than threads.</summary>
    [Test]
    public void They_come_back_as_they_were()
    {
        using var file = new TemporaryFile();
        Ciphertext[] stored =
        [
            .. Enumerable.Range(0, 12).Select(i => FixedObjects.Ciphertext(Parameters, i % 4, i % 3 == 0 ? 3 : 2, isSeeded: i % 3 == 1)),
        ];
        var live = ResidueMemory.LiveBuffers;
        var written = StoredCiphertexts.Write(file.Path, stored);
        Assert.That(written, Is.EqualTo(new FileInfo(file.Path).Length).And.EqualTo(stored.Sum(ciphertext => ciphertext.Bytes) + 4096));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(file.Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var (loaded, read) = StoredCiphertexts.Read(file.Path, Parameters, stored.Length);
        Assert.That(read, Is.EqualTo(written));
        for (var i = 0; i < stored.Length; i++)
        {
            var (expected, found) = (stored[i], loaded[i]);
            Assert.That(
                (found.Level, found.Scale, found.PolynomialCount, found.IsSeeded),
                Is.EqualTo((expected.Level, expected.Scale, expected.PolynomialCount, expected.IsSeeded)));
            for (var polynomial = 0; polynomial < found.PolynomialCount; polynomial++)
            {
                for (var limb = 0; limb <= expected.Level; limb++)
                    Assert.That(found[polynomial].LimbSpan(limb).SequenceEqual(expected[polynomial].LimbSpan(limb)));
            }
        }
        Dispose(loaded);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Dispose(stored);
    }

    [Test]
    public void No_ciphertexts_are_a_file_too()
    {
        using var file = new TemporaryFile();
        Assert.That(StoredCiphertexts.Write(file.Path, []), Is.EqualTo(4096));
        Assert.That(StoredCiphertexts.Read(file.Path, Parameters, 0).Ciphertexts, Is.Empty);
    }

    /// <summary>Another number, another set, one bit, a file cut short: refused, and no memory is left behind.</summary>
    [Test]
    public void What_was_not_stored_is_not_loaded()
    {
        using var file = new TemporaryFile();
        Ciphertext[] stored = [.. Enumerable.Range(0, 3).Select(_ => FixedObjects.Ciphertext(Parameters, 2, 2, isSeeded: false))];
        StoredCiphertexts.Write(file.Path, stored);
        Dispose(stored);
        var live = ResidueMemory.LiveBuffers;
        var whole = File.ReadAllBytes(file.Path);
        Refused(4, Parameters);
        Refused(3, FixedObjects.Smallest);
        for (var cut = 1; cut < whole.Length; cut += 30_011)
        {
            File.WriteAllBytes(file.Path, whole[..^cut]);
            Refused(3, Parameters);
        }
        // Identifier, number, entries, checksums, residues.
        foreach (var place in new[] { 3, 32, 36, 37, 38, 40, 60, 200, 4100, 50_000, whole.Length - 1 })
        {
            var damaged = (byte[])whole.Clone();
            damaged[place] ^= 4;
            File.WriteAllBytes(file.Path, damaged);
            Refused(3, Parameters);
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        void Refused(int count, CkksParameters parameters) =>
            Assert.That(() => StoredCiphertexts.Read(file.Path, parameters, count), Throws.InstanceOf<CkksFormatException>());
    }

    private static void Dispose(Ciphertext[] ciphertexts)
    {
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
    }
}
