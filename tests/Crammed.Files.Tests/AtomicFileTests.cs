using System.Runtime.Versioning;

namespace Crammed.Files.Tests;

public class AtomicFileTests : FolderTests
{
    [Test]
    public void A_writer_that_throws_leaves_the_old_file_and_no_other()
    {
        var path = Folder.Combine("file");
        File.WriteAllText(path, "old");
        void Fails() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidDataException("half way");
        });
        Assert.That(Fails, Throws.InstanceOf<InvalidDataException>());
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Folder.Names(), Is.EqualTo(new[] { "file" }));
    }

    [Test]
    public void Text_replaces_an_older_file_without_a_byte_order_mark()
    {
        var path = Folder.Combine("file");
        File.WriteAllText(path, "older and longer");
        AtomicFile.WriteText(path, "é\n");
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 0xc3, 0xa9, 0x0a }));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void Permissions_hold_from_the_first_byte_on()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var path = Folder.Combine("file");
        UnixFileMode during = default;
        AtomicFile.Write(path, stream => during = File.GetUnixFileMode(stream.Name), owner);
        Assert.That((during, File.GetUnixFileMode(path)), Is.EqualTo((owner, owner)));
    }

    [Test]
    public void A_folder_replaces_an_older_one_whole_or_not_at_all()
    {
        var path = Folder.Combine("target");
        AtomicFolder.Write(path, folder => File.WriteAllText(Path.Combine(folder, "old"), ""));
        void Fails() => AtomicFolder.Write(path, folder => throw new InvalidDataException(folder));
        Assert.That(Fails, Throws.InstanceOf<InvalidDataException>());
        Assert.That(Directory.GetFiles(path), Is.EqualTo(new[] { Path.Combine(path, "old") }));
        AtomicFolder.Write(path, folder => File.WriteAllText(Path.Combine(folder, "new"), ""));
        Assert.That(Directory.GetFiles(path), Is.EqualTo(new[] { Path.Combine(path, "new") }));
        Assert.That(Directory.GetDirectories(Path.GetDirectoryName(path)!), Is.EqualTo(new[] { path }), "nothing stays beside it");
    }
}
