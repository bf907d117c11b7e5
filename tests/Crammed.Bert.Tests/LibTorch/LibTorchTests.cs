using System.Text;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class LibTorchTests
{
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("crammed-libtorch-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private static string Package => Path.Combine(LibTorch.Built("TorchSharpFolder"), LibTorch.Binding);

    /// <summary>Symbols of libstdc++ by version: a library that defines a version has its name among its strings.</summary>
    [Test]
    public void What_the_systems_libstdcxx_has_is_seen()
    {
        var file = Mapped("libstdc++.so.6").Single();
        var defines = File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(LibTorch.LackedVersion + "\0")) >= 0;
        Assert.That(LibTorch.SystemHas(LibTorch.LackedSymbol), Is.EqualTo(defines));
        Assert.That(LibTorch.SystemHas("_ZNSt8ios_base4InitC1Ev"), Is.True, "GLIBCXX_3.4");
        Assert.That(LibTorch.SystemHas("_ZNSt8ios_base4InitC1Evx"), Is.False);
    }

    [Test]
    public void One_libtorch_is_loaded_that_of_the_package_and_the_binding_from_memory_only_where_it_must_be()
    {
        Assert.That(LibTorch.Load(), Is.EqualTo(Path.Combine(LibTorch.Built("LibTorchFolder"), LibTorch.Library)));
        Assert.That(torch.ones(2).sum().ToDouble(), Is.EqualTo(2));
        Assert.That(Mapped("libtorch_cpu.so"), Is.EqualTo(new[] { Path.Combine(LibTorch.Built("LibTorchFolder"), "libtorch_cpu.so") }));
        var binding = LibTorch.SystemHas(LibTorch.LackedSymbol) ? Package : "/memfd:" + LibTorch.Binding;
        Assert.That(Mapped(LibTorch.Binding), Is.EqualTo(new[] { binding }));
    }

    [Test]
    public void The_packages_file_stays_as_it_is_and_its_copy_differs_in_one_byte()
    {
        var before = File.ReadAllBytes(Package);
        var prepared = LibTorch.Prepared(Package);
        Assert.That(File.ReadAllBytes(Package).AsSpan().SequenceEqual(before));
        Assert.That(prepared.Zip(before).Count(pair => pair.First != pair.Second), Is.EqualTo(1));
    }

    [TestCase(100, 100)]
    [TestCase(0, 0)]
    [TestCase((1 << 26) + 1, 0)]
    public void A_file_of_another_hash_is_refused(long length, int written)
    {
        var path = Path.Combine(_folder, LibTorch.Binding);
        using (var file = File.Create(path))
        {
            file.Write(new byte[written]);
            file.SetLength(length);
        }

        Assert.That(
            () => LibTorch.Prepared(path),
            Throws.TypeOf<InvalidDataException>().With.Message.StartWith(path + ": its SHA-256 is ")
                .And.Message.Contain("restore TorchSharp 0.107.0"));
    }

    [Test]
    public void A_missing_package_is_named_with_what_to_do_and_what_lies_beside_the_program_comes_first()
    {
        Assert.That(
            () => LibTorch.Find("libx.so", _folder, "/none"),
            Throws.TypeOf<DllNotFoundException>().With.Message.EqualTo(
                $"libx.so is in none of {_folder}, /none; restore the packages (dotnet restore) and build again"));
        File.WriteAllText(Path.Combine(_folder, "libx.so"), "");
        Assert.That(LibTorch.Find("libx.so", "/none", _folder, "/none"), Is.EqualTo(Path.Combine(_folder, "libx.so")));
    }

    [Test]
    public void A_library_that_does_not_load_is_named_with_the_linkers_reason()
    {
        var path = Path.Combine(_folder, "libx.so");
        File.WriteAllText(path, "text");
        Assert.That(
            () => LibTorch.Open(path),
            Throws.TypeOf<DllNotFoundException>().With.Message.StartWith($"{path} does not load: ").And.Message.Not.Contains("\n"));
    }

    /// <summary>Files of this process's memory map with a name.</summary>
    private static List<string> Mapped(string name) => [.. File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var at and >= 0 ? line[at..].Replace(" (deleted)", "", StringComparison.Ordinal) : "")
        .Where(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal) || path == "/memfd:" + name)
        .Distinct()];
}
