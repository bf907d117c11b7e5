namespace Crammed.Ckks;

/// <summary>
/// Memory that Linux's control groups leave to this process: those of version 1 with the controller "memory", and of version 2 (kernel
/// documentation, admin-guide/cgroup-v1/memory.rst and admin-guide/cgroup-v2.rst). A limit binds all groups below, so every group from the
/// process's own up to the mounted root counts.
/// </summary>
internal static class ControlGroups
{
    /// <summary>What each limited group around the process leaves.</summary>
    /// <param name="root">the folder that holds proc and sys</param>
    public static IEnumerable<FreeSpace> Free(string root)
    {
        var memberships = LinuxMemory.Lines(Path.Combine(root, "proc/self/cgroup"));
        foreach (var mount in LinuxMemory.Lines(Path.Combine(root, "proc/self/mountinfo")))
        {
            if (Hierarchy.Parse(mount) is not { } hierarchy || hierarchy.GroupOf(memberships) is not { } group)
                continue;
            for (var path = group; path is not null; path = Parent(path))
            {
                var folder = Path.Combine(root, (hierarchy.MountPoint + path).TrimStart('/'));
                if (hierarchy.FreeIn(folder) is long bytes)
                    yield return new FreeSpace(bytes, $"control group {hierarchy.MountPoint}{path}", IsMemory: true);
            }
        }
    }

    /// <summary>The group around a group, "" being the mounted root, around which there is none.</summary>
    private static string? Parent(string path) => path.Length == 0 ? null : path[..path.LastIndexOf('/')];

    /// <summary>A mounted tree of groups that can limit memory.</summary>
    /// <param name="MountPoint">where it is mounted</param>
    /// <param name="Root">the group that the mount point shows, "" for the tree's own root</param>
    /// <param name="IsUnified">whether it is of version 2</param>
    private sealed record Hierarchy(string MountPoint, string Root, bool IsUnified)
    {
        /// <summary>"36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"; null for other mounts.</summary>
        public static Hierarchy? Parse(string mount)
        {
            var halves = mount.Split(" - ", 2);
            string[] place = halves[0].Split(' '), kind = halves[^1].Split(' ');
            if (halves.Length < 2 || place.Length < 5 || kind.Length < 3)
                return null;
            var isUnified = kind[0] == "cgroup2";
            var hasMemory = isUnified || (kind[0] == "cgroup" && kind[2].Split(',').Contains("memory"));
            return hasMemory ? new Hierarchy(place[4].TrimEnd('/'), place[3].TrimEnd('/'), isUnified) : null;
        }

        /// <summary>
        /// The process's group, seen from the mount point, from lines "4:memory:/path" or, in version 2, "0::/path"; null if it is in none.
        /// A group outside of what is mounted is not visible; the mounted root is the nearest to it.
        /// </summary>
        public string? GroupOf(IEnumerable<string> memberships)
        {
            var path = memberships.Select(line => line.Split(':', 3)).FirstOrDefault(IsMember)?[2].TrimEnd('/');
            if (path is null)
                return null;
            var isInside = path.StartsWith(Root + "/", StringComparison.Ordinal) && !path.Contains("/..", StringComparison.Ordinal);
            return isInside ? path[Root.Length..] : "";
        }

        /// <summary>
        /// The limit less what is used, not counting cached pages of files, which the kernel drops before it gives up; null without a
        /// limit.
        /// </summary>
        public long? FreeIn(string folder)
        {
            // Beyond memory.high a group is slowed down until it is of no use, so that is a limit as well.
            string[] limits = IsUnified ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"];
            var limit = limits.Min(name => NumberIn(Path.Combine(folder, name)));
            var used = NumberIn(Path.Combine(folder, IsUnified ? "memory.current" : "memory.usage_in_bytes"));
            if (limit is null || used is null)
                return null;
            var statistics = LinuxMemory.Lines(Path.Combine(folder, "memory.stat"));
            var prefix = IsUnified ? "" : "total_";
            var cached = Statistic(statistics, $"{prefix}inactive_file ") + Statistic(statistics, $"{prefix}active_file ");
            return Math.Max(0, limit.Value - Math.Max(0, used.Value - cached));
        }

        private bool IsMember(string[] membership) =>
            membership.Length == 3 && (IsUnified ? membership[1].Length == 0 : membership[1].Split(',').Contains("memory"));

        private static long Statistic(string[] lines, string name) =>
            Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? LinuxMemory.Number(line[name.Length..]) ?? 0
                : 0;

        /// <summary>Null for "max", and for a file that cannot be read.</summary>
        private static long? NumberIn(string path) => LinuxMemory.Number(LinuxMemory.Lines(path).FirstOrDefault(""));
    }
}
