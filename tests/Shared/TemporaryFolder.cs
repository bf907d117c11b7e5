namespace Crammed.Tests;

/// <summary>A new folder that goes with all it holds when disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("crammed-").FullName;

    public string Combine(string relative) => System.IO.Path.Combine(Path, relative);

    public string[] Names() => Array.ConvertAll(new DirectoryInfo(Path).GetFiles(), file => file.Name);

    public string Write(string relative, string text)
    {
        var path = Combine(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
