namespace Crammed.Tests;

/// <summary>Data that lies beside the checkout and is not part of it; tests that need it are skipped where it is absent.</summary>
internal static class SharedData
{
    /// <summary>The path of a data file; ignores the running test where there is none.</summary>
    public static string File(string relativePath)
    {
        var root = Environment.GetEnvironmentVariable("CRAMMED_DATA") ?? BesideCheckout();
        if (root is null || !System.IO.File.Exists(Path.Combine(root, relativePath)))
            Assert.Ignore($"{relativePath} is not there: set CRAMMED_DATA to a folder that has it.");
        return Path.Combine(root!, relativePath);
    }

    private static string? BesideCheckout()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Crammed.sln")))
            folder = folder.Parent;
        return folder?.Parent is null ? null : Path.Combine(folder.Parent.FullName, "shared", "data");
    }
}
