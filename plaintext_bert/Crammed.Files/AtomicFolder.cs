namespace Crammed.Files;

/// <summary>Folders that appear under their name complete or not at all.</summary>
public static class AtomicFolder
{
    /// <summary>
    /// Fills a folder beside the target, which then takes its name; an older folder of that name is replaced. Parents are created.
    /// </summary>
    /// <param name="folder">The target.</param>
    /// <param name="fill">Writes the files into the folder whose path it is given.</param>
    public static void Write(string folder, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var staging = $"{target}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(staging);
        try
        {
            fill(staging);
            Replace(staging, target);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Gives a folder the name of another beside it, which is removed where it exists.</summary>
    public static void Replace(string staging, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(staging, target);
            return;
        }

        var old = staging + ".old";
        Directory.Move(target, old);
        Directory.Move(staging, target);
        Directory.Delete(old, recursive: true);
    }
}
