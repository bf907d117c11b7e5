using System.Text.RegularExpressions;
using Crammed.Cli.Configuration;
using Crammed.Files;

namespace Crammed.Cli.Hosting;

/// <summary>What to do about an output folder that already holds something.</summary>
internal enum NameTaken
{
    /// <summary>An error that names it.</summary>
    Refuse,

    /// <summary>Use NAME-2, NAME-3, ... instead.</summary>
    Number,

    /// <summary>Go on in it: the run resumes one that it holds. --overwrite does not change that.</summary>
    Continue,

    /// <summary>Remove the earlier run, if a run it is.</summary>
    Replace,
}

/// <summary>The folder <c>outputs/NAME</c> of one run, or <c>outputs/NAME/N</c> of one of several. A folder is a run's when it holds config.yaml.</summary>
internal sealed partial class OutputFolder
{
    /// <summary>The folder of all runs, in the current directory.</summary>
    public const string Parent = "outputs";
    public const string Marker = "config.yaml";

    private OutputFolder(string currentDirectory, string name)
    {
        FullPath = Path.Combine(currentDirectory, Parent, name);
        ShownPath = $"{Parent}/{name}";
    }

    /// <summary>Absolute.</summary>
    public string FullPath { get; }

    /// <summary>As messages name it: relative to the current directory.</summary>
    public string ShownPath { get; }

    private bool IsTaken => File.Exists(FullPath) || (Directory.Exists(FullPath) && Directory.EnumerateFileSystemEntries(FullPath).Any());

    /// <summary>Makes the folder.</summary>
    /// <exception cref="ConfigurationException">The name is no folder name, or it is taken and may not be replaced.</exception>
    public static OutputFolder Create(string currentDirectory, string name, NameTaken whenTaken)
    {
        var folder = Named(currentDirectory, name);
        if (folder.IsTaken)
            folder = folder.Untaken(currentDirectory, name, whenTaken);
        Directory.CreateDirectory(folder.FullPath);
        return folder;
    }

    /// <summary>Checks a name before long work, as <see cref="Create"/> will.</summary>
    /// <exception cref="ConfigurationException">The name is no folder name, or it is taken and may not be replaced.</exception>
    public static void RequireAvailable(string currentDirectory, string name, NameTaken whenTaken)
    {
        var folder = Named(currentDirectory, name);
        if (folder.IsTaken)
            folder.RequireReplaceable(whenTaken);
    }

    /// <summary>The absolute path of something in the folder.</summary>
    public string PathOf(string relative) => Path.Combine(FullPath, relative);

    /// <summary>Writes a text file, whole or not at all.</summary>
    public void WriteText(string relative, string text) => AtomicFile.WriteText(PathOf(relative), text);

    private OutputFolder Untaken(string currentDirectory, string name, NameTaken whenTaken)
    {
        switch (whenTaken)
        {
            case NameTaken.Continue:
                return this;
            case NameTaken.Number:
                var number = 2;
                while (new OutputFolder(currentDirectory, $"{name}-{number}").IsTaken)
                    number++;
                return new OutputFolder(currentDirectory, $"{name}-{number}");
            default:
                RequireReplaceable(whenTaken);
                Directory.Delete(FullPath, recursive: true);
                return this;
        }
    }

    private void RequireReplaceable(NameTaken whenTaken)
    {
        if (whenTaken == NameTaken.Refuse)
        {
            throw new ConfigurationException(
                $"{ShownPath} already holds a run; choose another name= or give --overwrite to replace it");
        }
        if (whenTaken == NameTaken.Replace && !File.Exists(PathOf(Marker)))
        {
            throw new ConfigurationException(
                $"{ShownPath} holds something that is not a run ({Marker} is missing); remove it by hand or choose another name=");
        }
    }

    private static OutputFolder Named(string currentDirectory, string name) => NamePattern().IsMatch(name)
        ? new OutputFolder(currentDirectory, name)
        : throw new ConfigurationException($"'name' is '{name}'; use letters, digits, '-', '_' and '.', starting with a letter or digit");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[0-9]{1,5})?$")]
    private static partial Regex NamePattern();
}
