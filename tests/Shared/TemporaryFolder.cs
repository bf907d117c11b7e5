namespace Crammed.Tests;

/// <summary>A new folder that goes with all it holds when disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crammed-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public string[] Names() => Array.ConvertAll(_folder.GetFiles(), file => file.Name);

    public void Dispose() => _folder.Delete(recursive: true);
}
