using Crammed.Tests;

namespace Crammed.Text.Tests;

public class TaskCatalogTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Generators_AreListedWithTheirTasks()
    {
        Assert.That(TaskCatalog.Generators.Keys, Is.EquivalentTo((string[])["wordnet-living", "wordnet-hypernym"]));
        TaskDefinition task = WordNet("wordnet-living");
        Assert.That(() => new TaskCatalog().Open(task with { Generator = "mnli" }),
            Throws.ArgumentException.With.Message.Contains("'mnli'").And.Message.Contains("wordnet-living"));
        TaskDescription turned = task.Description with { Labels = ["living", "artifact"] };
        Assert.That(() => new TaskCatalog().Open(task with { Description = turned }),
            Throws.ArgumentException.With.Message.Contains("gives artifact, living"));
    }

    [Test]
    public void Glue_SaysWhatToProvide()
    {
        Assert.That(() => new TaskCatalog().Open(GlueDefinitions.Of("rte")), Throws.ArgumentException.With.Message.Contains("rte/train.tsv"));
        Assert.That(
            () => new TaskCatalog(_folder.File("absent")).Open(GlueDefinitions.Of("rte")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("absent"));
        Assert.That(
            () => new TaskCatalog(_folder.File("")).Open(GlueDefinitions.Of("rte")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("put train.tsv and dev.tsv there"));
        Directory.CreateDirectory(_folder.File("RTE"));
        ITaskSource source = new TaskCatalog(_folder.File("")).Open(GlueDefinitions.Of("rte"));
        Assert.That(() => source.Read(TaskSplit.Dev), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("dev.tsv"));
    }

    [Test]
    public void Glue_PrefersTheCompleteFile_AndTakesOneSample()
    {
        Directory.CreateDirectory(_folder.File("sst2"));
        Write("train.sample2.tsv", "sample");
        ITaskSource source = new TaskCatalog(_folder.File("")).Open(GlueDefinitions.Of("sst2"));
        Assert.That(source.Read(TaskSplit.Train).Single().First, Is.EqualTo("sample"));
        Write("train.sample3.tsv", "other");
        Assert.That(() => source.Read(TaskSplit.Train), Throws.InstanceOf<IOException>().With.Message.Contains("train.sample3.tsv"));
        Write("train.tsv", "complete");
        Assert.That(source.Read(TaskSplit.Train).Single().First, Is.EqualTo("complete"));

        void Write(string name, string text) => File.WriteAllText(_folder.File($"sst2/{name}"), $"sentence\tlabel\n{text}\t1\n");
    }

    [Test]
    public void WordNet_SaysWhatToInstall()
    {
        Assert.That(
            () => new TaskCatalog(wordNetFolder: _folder.File("absent")).Open(WordNet("wordnet-living")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("wordnet-base"));
        Assert.That(
            () => new TaskCatalog(wordNetFolder: _folder.File("")).Open(WordNet("wordnet-living")),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("data.noun").And.Message.Contains("wordnet-base"));
    }

    [Test]
    public void AbsoluteFolders_NeedNoRoot()
    {
        File.WriteAllText(_folder.File("a.tsv"), "sentence\tlabel\nx\t1\n");
        TaskDefinition task = GlueDefinitions.Of("sst2") with { Folders = [_folder.File("")], TrainFiles = ["a.tsv"], DevFiles = ["a.tsv"] };
        Assert.That(new TaskCatalog().Open(task).Read(TaskSplit.Dev).Single().First, Is.EqualTo("x"));
    }

    private static TaskDefinition WordNet(string name) => new() { Description = TaskCatalog.Generators[name], Generator = name };
}
