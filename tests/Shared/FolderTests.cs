namespace Crammed.Tests;

/// <summary>Tests that each have a new folder, which goes with all it holds when they end.</summary>
public abstract class FolderTests
{
    private protected TemporaryFolder Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();
}
