namespace Crammed.Text.Tests;

/// <summary>Folders that tests read: the checkout, GLUE beside it, WordNet; tests without their data are ignored, visibly.</summary>
internal static class SharedFolders
{
    private static readonly Lazy<WordNetDatabase> LoadedWordNet = new(() => WordNetDatabase.Load());

    /// <summary>The folder of this project's sources.</summary>
    public static string Tests { get; } = FindTests();

    /// <summary>The folder with one subfolder for each GLUE task.</summary>
    public static string Glue => Path.GetDirectoryName(Path.GetDirectoryName(SharedData.File("glue/rte/dev.tsv"))!)!;

    /// <summary>WordNet, loaded once.</summary>
    public static WordNetDatabase WordNet()
    {
        if (!Directory.Exists(WordNetDatabase.DebianFolder))
            Assert.Ignore($"{WordNetDatabase.DebianFolder} is not there: install the package wordnet-base.");
        return LoadedWordNet.Value;
    }

    private static string FindTests()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Crammed.sln")))
                return Path.Combine(folder.FullName, "tests", "Crammed.Text.Tests");
        }
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Crammed.sln.");
    }
}
