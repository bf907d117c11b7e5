namespace Crammed.Ckks.Tests;

/// <summary>A path of its own in the tests' folder; what is there is deleted at the end, and nothing may lie beside it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.bin");

    /// <summary>The file, if it is there, and temporary ones for it that were left behind.</summary>
    public string[] Files => Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path) + "*");

    public void Dispose()
    {
        foreach (var file in Files)
            File.Delete(file);
    }
}
