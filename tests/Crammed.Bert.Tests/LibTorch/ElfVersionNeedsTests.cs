using System.Buffers.Binary;

namespace Crammed.Bert.Tests;

public class ElfVersionNeedsTests
{
    // readelf -V: .gnu.version_r at 0x3f8f0, in it GLIBCXX_3.4.32 at 0x140, whose flags stand 4 bytes on.
    private const int Start = 0x3f8f0;
    private const int Size = 0x1d0;
    private const int Flags = Start + 0x140 + 4;

    private static byte[] Binding() => File.ReadAllBytes(Path.Combine(LibTorch.Built("TorchSharpFolder"), LibTorch.Binding));

    private static byte[] Tensors() => File.ReadAllBytes(Path.Combine(LibTorch.Built("LibTorchFolder"), "libc10.so"));

    [Test]
    public void One_flag_changes_and_changes_once()
    {
        var (before, after) = (Binding(), Binding());
        Assert.That(ElfVersionNeeds.MakeOptional(after, LibTorch.LackedVersion), Is.True);
        Assert.That(Differences(before, after), Is.EqualTo(new[] { (Flags, (byte)0, (byte)2) }));
        Assert.That(ElfVersionNeeds.MakeOptional(after, LibTorch.LackedVersion), Is.True);
        Assert.That(Differences(before, after), Has.Count.EqualTo(1));
    }

    [TestCase("GLIBCXX_3.4.3")]
    [TestCase("GLIBCXX_3.4.320")]
    [TestCase("LIBCXX_3.4.32")]
    [TestCase("")]
    public void A_version_that_is_not_asked_for_changes_nothing(string version)
    {
        var library = Binding();
        Assert.That(ElfVersionNeeds.MakeOptional(library, version), Is.False);
        Assert.That(library.AsSpan().SequenceEqual(Binding()));
    }

    [Test]
    public void A_library_that_does_not_ask_for_the_version_stays_as_it_is()
    {
        var library = Tensors();
        Assert.That(ElfVersionNeeds.MakeOptional(library, LibTorch.LackedVersion), Is.False);
        Assert.That(library.AsSpan().SequenceEqual(Tensors()));
        Assert.That(ElfVersionNeeds.MakeOptional(library, "GLIBCXX_3.4.21"), Is.True, "it asks for others");
    }

    [Test]
    public void A_truncated_library_is_refused()
    {
        var library = Binding();
        // The section headers stand at the end.
        foreach (var length in new[] { 0, 1, 15, 63, 64, 4096, Flags, library.Length / 2, library.Length - 1 })
        {
            Assert.That(
                () => ElfVersionNeeds.MakeOptional(library.AsSpan(0, length), LibTorch.LackedVersion),
                Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [TestCase(0, (byte)0x7e, "no ELF")]
    [TestCase(4, (byte)1, "no ELF")]
    [TestCase(5, (byte)2, "no ELF")]
    [TestCase(44, (byte)0xff, "are to stand from")]
    [TestCase(58, (byte)40, "another size")]
    public void A_wrong_header_is_refused(int offset, byte value, string expected)
    {
        var library = Binding();
        library[offset] = value;
        Assert.That(
            () => ElfVersionNeeds.MakeOptional(library, LibTorch.LackedVersion),
            Throws.TypeOf<InvalidDataException>().With.Message.Matches(expected));
    }

    /// <summary>Whatever stands in headers and version needs: one kind of exception or an answer, and no byte but flags changes.</summary>
    [Test]
    public void A_damaged_library_does_no_harm()
    {
        var library = Binding();
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(library.AsSpan(40));
        (int From, int To)[] regions = [(0, 64), (sections, library.Length), (Start, Start + Size)];
        var random = new Random(5);
        int refused = 0, read = 0;
        for (var trial = 0; trial < 20000; trial++)
        {
            var (from, to) = regions[trial % regions.Length];
            var damage = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(from, to)).Distinct().ToArray();
            var original = Array.ConvertAll(damage, at => library[at]);
            foreach (var at in damage)
                library[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(library[at] ^ (1 << random.Next(8)));
            var damaged = Needs(library).ToArray();
            try
            {
                ElfVersionNeeds.MakeOptional(library, LibTorch.LackedVersion);
                read++;
                var changed = Differences(damaged, Needs(library).ToArray());
                Assert.That(changed.Select(byteAt => byteAt.After ^ byteAt.Before), Is.All.EqualTo(2));
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            damaged.CopyTo(library, Start);
            for (var i = 0; i < damage.Length; i++)
                library[damage[i]] = original[i];
        }

        Assert.That(refused + read, Is.EqualTo(20000));
        Assert.That(refused, Is.InRange(100, 19900), "both happen");
    }

    private static Span<byte> Needs(byte[] library) => library.AsSpan(Start, Size);

    private static List<(int At, byte Before, byte After)> Differences(byte[] before, byte[] after) =>
        [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Select(i => (i, before[i], after[i]))];
}
