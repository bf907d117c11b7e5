namespace Crammed.Ckks.Tests.Resources;

/// <summary>Free disk space of real file systems.</summary>
[TestFixture]
internal sealed class SystemResourcesTests
{
    [Test]
    public void A_folder_that_is_still_missing_counts_as_its_nearest_parent()
    {
        var folder = Directory.CreateTempSubdirectory("crammed-disk-").FullName;
        try
        {
            var here = SystemResources.Process.Disk(folder);
            var below = SystemResources.Process.Disk(Path.Combine(folder, "a", "b"));
            Assert.That((here!.Value.Place, below!.Value.Place), Is.EqualTo((folder, folder)));
            Assert.That(below.Value.IsMemory, Is.EqualTo(here.Value.IsMemory));
            Assert.That(here.Value.Bytes, Is.Positive);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Test]
    public void A_file_system_in_memory_is_known_as_one()
    {
        const string folder = "/dev/shm";
        if (!OperatingSystem.IsLinux() || !File.ReadLines("/proc/mounts").Any(line => line.Contains($" {folder} tmpfs ")))
            Assert.Ignore($"there is no tmpfs at {folder}");
        Assert.That(SystemResources.Process.Disk(folder)!.Value, Has.Property("Place").EqualTo(folder).And.Property("IsMemory").True);
    }

    [Test]
    public void The_unchecked_system_knows_nothing() =>
        Assert.That(new[] { SystemResources.Unchecked.Memory, SystemResources.Unchecked.Disk("/") }, Is.All.Null);
}
