namespace Crammed.Cli.Tests.Launchers;

internal sealed class OutputFolderTests
{
    [Test]
    public void No_output_folder_holds_a_copy_of_libtorch()
    {
        string[] outputs = [.. new[] { "plaintext_bert", "ciphertext", "scripts", "tests" }
            .SelectMany(room => Directory.GetDirectories(Repository.PathOf(room)))
            .Select(project => Path.Combine(project, "bin"))
            .Where(Directory.Exists)];
        Assert.That(outputs, Has.Member(Repository.PathOf("tests/Crammed.Cli.Tests/bin")));
        Assert.That(
            outputs.SelectMany(output => Directory.EnumerateFiles(output, "lib*orch*.so", SearchOption.AllDirectories)), Is.Empty);
    }
}
