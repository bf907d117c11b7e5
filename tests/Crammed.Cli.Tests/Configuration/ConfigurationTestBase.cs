using Crammed.Cli.Configuration;

namespace Crammed.Cli.Tests.Configuration;

/// <summary>Configuration files of a test's own, and the settings that they are bound to.</summary>
internal abstract class ConfigurationTestBase
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFiles()
    {
        _folder = new TemporaryFolder();
        File("cfg_run.yaml", "defaults:\n  - arch: small\n  - eval: quick\nname: run\n");
        File("arch/small.yaml", "layers: 1\nhidden: 32\nkernel: gaussian\n");
        File("arch/large.yaml", "defaults:\n  - small\nlayers: 16\n");
        File("eval/quick.yaml", "defaults:\n  - tasks: rte\nsteps: 4\nrates: [0.1, 0.2]\n");
        File("eval/tasks/rte.yaml", "name: rte\n");
        File("eval/tasks/cola.yaml", "name: cola\n");
    }

    [TearDown]
    public void RemoveFiles() => _folder.Dispose();

    protected void File(string relative, string text) => _folder.Write(relative, text);

    protected LoadedConfiguration<RunSettings> Load(params string[] overrides) =>
        ConfigurationLoader.Load<RunSettings>(new ConfigurationFolder(_folder.Path), "cfg_run", overrides);

    protected RunSettings Bind(params string[] overrides) => Load(overrides).Settings;

    /// <summary>The one line of the error that these overrides, or the files, give.</summary>
    protected string Error(params string[] overrides)
    {
        var message = Assert.Throws<ConfigurationException>(() => Bind(overrides))!.Message;
        Assert.That(message, Does.Not.Contain('\n'));
        return message;
    }
}
