using System.Security.Cryptography;

namespace Crammed.Ckks.Client.Tests;

[TestFixture]
internal sealed class SecretKeyTests
{
    private string _path = null!;

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Guid.NewGuid() + ".key");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public void A_file_holds_the_key_and_only_its_owner_reads_it()
    {
        ClientSetup.Secret.Save(_path);
        using var back = SecretKey.Load(_path, ClientSetup.Parameters);
        Assert.That(back.Coefficients.SequenceEqual(ClientSetup.Secret.Coefficients));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        // Saving again over a file that others may read closes it.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_path, (UnixFileMode)0b110_100_100);
        ClientSetup.Secret.Save(_path);
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void Damage_is_noticed()
    {
        ClientSetup.Secret.Save(_path);
        var bytes = File.ReadAllBytes(_path);
        bytes[100] ^= 1;
        File.WriteAllBytes(_path, bytes);
        Assert.That(
            () => SecretKey.Load(_path, ClientSetup.Parameters),
            Throws.InstanceOf<CkksFormatException>().With.Message.StartsWith(_path).And.Message.Contains("checksum"));
        File.WriteAllBytes(_path, [.. bytes, 0]);
        Assert.That(() => SecretKey.Load(_path, ClientSetup.Parameters), Throws.InstanceOf<CkksFormatException>());
    }

    [Test]
    public void A_sparse_key_has_its_weight_and_comes_back()
    {
        var literal = NamedParameters.InsecureN11 with { Secret = SecretDistribution.SparseTernary(64) };
        var parameters = CkksParameters.Create(literal);
        using var key = SecretKey.Generate(parameters);
        Assert.That(key.Coefficients.ToArray().Count(value => value != 0), Is.EqualTo(64));
        key.Save(_path);
        using var back = SecretKey.Load(_path, parameters);
        Assert.That(back.Coefficients.SequenceEqual(key.Coefficients));
    }

    /// <summary>A file with a right checksum around a wrong key: the identifier of a set of another weight is put in.</summary>
    [Test]
    public void A_key_of_another_weight_or_alphabet_is_refused_whatever_its_checksum()
    {
        var of64 = CkksParameters.Create(NamedParameters.InsecureN11 with { Secret = SecretDistribution.SparseTernary(64) });
        var of65 = CkksParameters.Create(NamedParameters.InsecureN11 with { Secret = SecretDistribution.SparseTernary(65) });
        var stream = new MemoryStream();
        using (var key = SecretKey.Generate(of64))
            key.Write(stream);
        var bytes = stream.ToArray();
        of65.Identifier.CopyTo(bytes.AsSpan(12));
        var live = ResidueMemory.LiveBuffers;
        Refused(bytes, of65, "sparse ternary secret of Hamming weight 65");
        of64.Identifier.CopyTo(bytes.AsSpan(12));
        bytes[100] |= 3;
        Refused(bytes, of64, "not -1, 0 or 1");
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static void Refused(byte[] bytes, CkksParameters parameters, string words)
        {
            SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
            Assert.That(
                () => SecretKey.Read(new MemoryStream(bytes), parameters),
                Throws.InstanceOf<CkksFormatException>().With.Message.Contains(words));
        }
    }

    [Test]
    public unsafe void Disposing_overwrites_the_key()
    {
        var key = SecretKey.Generate(ClientSetup.Parameters);
        double* coefficients;
        fixed (double* pinned = key.Coefficients)
            coefficients = pinned;
        var values = key.Values.Limb(0);
        Assert.That(new Span<double>(coefficients, 16).ContainsAnyExcept(0.0));
        key.Dispose();
        // The pool keeps the memory, so it may still be looked at.
        Assert.That(new Span<double>(coefficients, ClientSetup.Parameters.N).ContainsAnyExcept(0.0), Is.False);
        Assert.That(new Span<double>(values, ClientSetup.Parameters.N).ContainsAnyExcept(0.0), Is.False);
        Assert.That(() => key.Coefficients.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public unsafe void Transformed_values_are_those_of_the_coefficients()
    {
        var key = ClientSetup.Secret;
        for (var i = 0; i < ClientSetup.Parameters.Ring.Moduli.Length; i++)
        {
            var modulus = ClientSetup.Parameters.Ring.Moduli[i];
            var values = key.Values.LimbSpan(i).ToArray();
            fixed (double* pointer = values)
                ClientSetup.Parameters.Ring.InverseNtt(pointer, i);
            Assert.That(values.Select(modulus.Canonical), Is.EqualTo(key.Coefficients.ToArray().Select(modulus.Canonical)));
        }
    }
}
