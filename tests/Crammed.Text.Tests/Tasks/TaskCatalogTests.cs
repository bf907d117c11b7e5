using Crammed.Text.Tests.Safetensors;

namespace Crammed.Text.Tests;

public class TaskCatalogTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Tasks_AreDescribedConsistently()
    {
        Assert.That(TaskCatalog.Tasks.Select(task => task.Name), Is.Unique.And.SupersetOf((string[])["cola", "rte", "wordnet-living"]));
        foreach (TaskDescription task in TaskCatalog.Tasks)
        {
            Assert.That(task.Metrics, Is.Not.Empty, task.Name);
            Assert.That(task.Labels, Is.Unique, task.Name);
            Assert.That(task.Kind == TaskKind.Regression, Is.EqualTo(task.Name == "stsb"), task.Name);
            Assert.That(task.OutputCount, Is.EqualTo(task.Name == "stsb" ? 1 : 2), task.Name);
        }
    }

    [Test]
    public void UnknownTask_ListsTheKnown() =>
        Assert.That(
            () => TaskCatalog.Describe("mnli"),
            Throws.ArgumentException.With.Message.Contains("'mnli'").And.Message.Contains("wordnet-living"));

    [Test]
    public void Glue_SaysWhatToProvide()
    {
        Assert.That(() => new TaskCatalog().Open("rte"), Throws.ArgumentException.With.Message.Contains("rte/train.tsv"));
        Assert.That(
            () => new TaskCatalog(_folder.File("absent")).Open("rte"),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("absent"));
        Assert.That(
            () => new TaskCatalog(_folder.File("")).Open("rte"),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("train.tsv and dev.tsv of GLUE's RTE"));
        Directory.CreateDirectory(_folder.File("RTE"));
        ITaskSource source = new TaskCatalog(_folder.File("")).Open("rte");
        Assert.That(() => source.Read(TaskSplit.Dev), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("dev.tsv"));
    }

    [Test]
    public void Glue_PrefersTheCompleteFile_AndTakesOneSample()
    {
        Directory.CreateDirectory(_folder.File("sst2"));
        Write("train.sample2.tsv", "sample");
        ITaskSource source = new TaskCatalog(_folder.File("")).Open("sst2");
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
            () => new TaskCatalog(wordNetFolder: _folder.File("absent")).Open("wordnet-living"),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("wordnet-base"));
        Assert.That(
            () => new TaskCatalog(wordNetFolder: _folder.File("")).Open("wordnet-living"),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("data.noun").And.Message.Contains("wordnet-base"));
    }
}
