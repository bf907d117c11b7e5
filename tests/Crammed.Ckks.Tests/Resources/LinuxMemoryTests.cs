namespace Crammed.Ckks.Tests.Resources;

/// <summary>Free memory read from trees of files as Linux shows them; numbers are worked out by hand.</summary>
[TestFixture]
internal sealed class LinuxMemoryTests
{
    private const string Unified = "28 1 0:24 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
    private const string Legacy = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";

    private string _root = null!;

    [SetUp]
    public void MakeRoot()
    {
        _root = Directory.CreateTempSubdirectory("crammed-linux-").FullName;
        Write("proc/meminfo", "MemTotal:       24682416 kB", "MemFree:         1000000 kB", "MemAvailable:   20000000 kB");
    }

    [TearDown]
    public void DeleteRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Without_control_groups_the_kernels_estimate_counts() =>
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(new FreeSpace(20000000L * 1024, "MemAvailable", IsMemory: true)));

    [Test]
    public void Where_nothing_can_be_read_nothing_is_known()
    {
        File.Delete(Path.Combine(_root, "proc/meminfo"));
        Assert.That(LinuxMemory.Available(_root), Is.Null);
        Write("proc/meminfo", "MemTotal: 24682416 kB", "MemAvailable: many kB");
        Assert.That(LinuxMemory.Available(_root), Is.Null);
    }

    /// <summary>
    /// 8,000 of 10,000 used, 1,000 + 500 of that pages of files: 3,500 left; the group around it leaves 5,000 - 3,000 = 2,000.
    /// </summary>
    [Test]
    public void The_tightest_group_up_to_the_root_counts()
    {
        Join(Unified, "0::/outer/inner");
        Group("outer/inner", max: "10000", high: "max", current: 8000, inactive: 1000, active: 500);
        AssertFree(3500, "/sys/fs/cgroup/outer/inner");
        Group("outer", max: "5000", high: "max", current: 3000, inactive: 0, active: 0);
        AssertFree(2000, "/sys/fs/cgroup/outer");
        Group("outer/inner", max: "10000", high: "9100", current: 8000, inactive: 1000, active: 0);
        AssertFree(2000, "/sys/fs/cgroup/outer");
        Group("outer/inner", max: "10000", high: "8500", current: 8000, inactive: 1000, active: 0);
        AssertFree(1500, "/sys/fs/cgroup/outer/inner");
    }

    [TestCase("5000", 6000, 0, 0)]
    [TestCase("5000", 4000, 9000, 5000)]
    public void Free_memory_lies_between_nothing_and_the_limit(string max, long current, long inactive, long expected)
    {
        Join(Unified, "0::/");
        Group("", max, high: "max", current, inactive, active: 0);
        AssertFree(expected, "/sys/fs/cgroup");
    }

    [Test]
    public void Groups_without_a_limit_do_not_count()
    {
        Join(Unified, "0::/outer");
        Group("outer", max: "max", high: "max", current: 5, inactive: 0, active: 0);
        Assert.That(LinuxMemory.Available(_root)!.Value.Place, Is.EqualTo("MemAvailable"));
    }

    /// <summary>Version 1: among several controllers that of memory, whose statistics of the whole subtree begin with "total_".</summary>
    [Test]
    public void Version_1_counts_the_controller_of_memory()
    {
        Join("34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" + Legacy, "5:cpu:/other\n4:memory:/a/b\n0::/");
        Write("sys/fs/cgroup/cpu/other/memory.limit_in_bytes", "1");
        Write("sys/fs/cgroup/cpu/other/memory.usage_in_bytes", "1");
        Write("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712");
        Write("sys/fs/cgroup/memory/a/b/memory.usage_in_bytes", "700");
        Assert.That(LinuxMemory.Available(_root)!.Value.Place, Is.EqualTo("MemAvailable"), "that number means no limit");
        Write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1000");
        Write("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "700");
        Write("sys/fs/cgroup/memory/a/memory.stat", "inactive_file 1", "active_file 2", "total_inactive_file 30", "total_active_file 10");
        AssertFree(340, "/sys/fs/cgroup/memory/a");
    }

    /// <summary>A container sees its own group at the mount point, and possibly its path outside; or "/.." for what is above.</summary>
    [TestCase("/docker/f00", "0::/docker/f00", "")]
    [TestCase("/docker/f00", "0::/docker/f00/sub", "/sub")]
    [TestCase("/docker/f00", "0::/docker/f001", "")]
    [TestCase("/", "0::/../other", "")]
    [TestCase("/", "0::/", "")]
    public void In_a_container_paths_are_relative_to_what_is_mounted(string mounted, string membership, string expected)
    {
        Join($"28 1 0:24 {mounted} /sys/fs/cgroup rw - cgroup2 cgroup2 rw", membership);
        Group("", max: "900", high: "max", current: 0, inactive: 0, active: 0);
        Group("sub", max: "800", high: "max", current: 0, inactive: 0, active: 0);
        AssertFree(expected.Length == 0 ? 900 : 800, "/sys/fs/cgroup" + expected);
    }

    [Test]
    public void The_real_machine_has_less_free_than_it_has()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("reads Linux's files");
        var total = 1024 * long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.That(LinuxMemory.Available()!.Value.Bytes, Is.InRange(1, total));
        Assert.That(SystemResources.Process.Memory!.Value.Bytes, Is.InRange(1, total));
    }

    private void AssertFree(long bytes, string group) =>
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(new FreeSpace(bytes, $"control group {group}", IsMemory: true)));

    private void Join(string mounts, string memberships)
    {
        Write("proc/self/mountinfo", ["23 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw", .. mounts.Split('\n')]);
        Write("proc/self/cgroup", memberships.Split('\n'));
    }

    private void Group(string path, string max, string high, long current, long inactive, long active)
    {
        Write($"sys/fs/cgroup/{path}/memory.max", max);
        Write($"sys/fs/cgroup/{path}/memory.high", high);
        Write($"sys/fs/cgroup/{path}/memory.current", $"{current}");
        Write($"sys/fs/cgroup/{path}/memory.stat", "anon 77", $"inactive_file {inactive}", $"active_file {active}");
    }

    private void Write(string path, params string[] lines)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllLines(full, lines);
    }
}
