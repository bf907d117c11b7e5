using Crammed.Text.Tests.Parquet;

namespace Crammed.Text.Tests;

public class TaskCatalogTests : FolderTests
{
    [Test]
    public void Generators_AreListedWithTheirTasks()
    {
        Assert.That(TaskCatalog.Generators.Keys, Is.EquivalentTo((string[])["wordnet-living", "wordnet-hypernym"]));
        var task = WordNet("wordnet-living");
        Assert.That(() => new TaskCatalog().Open(task with { Generator = "mnli" }),
            Throws.ArgumentException.With.Message.Contains("'mnli'").And.Message.Contains("wordnet-living"));
        var turned = task.Description with { Labels = ["living", "artifact"] };
        Assert.That(() => new TaskCatalog().Open(task with { Description = turned }),
            Throws.ArgumentException.With.Message.Contains("gives artifact, living"));
    }

    [Test]
    public void Glue_SaysWhatToProvide()
    {
        Assert.That(() => new TaskCatalog().Open(GlueDefinitions.Of("rte")), Throws.ArgumentException.With.Message.Contains("rte/train.tsv"));
        Assert.That(
            () => new TaskCatalog(Folder.Combine("absent")).Open(GlueDefinitions.Of("rte")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("absent"));
        Assert.That(
            () => new TaskCatalog(Folder.Combine("")).Open(GlueDefinitions.Of("rte")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("put train.tsv and dev.tsv there"));
        Directory.CreateDirectory(Folder.Combine("RTE"));
        var source = new TaskCatalog(Folder.Combine("")).Open(GlueDefinitions.Of("rte"));
        Assert.That(() => source.Read(TaskSplit.Dev), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("dev.tsv"));
    }

    [Test]
    public void Glue_PrefersTheCompleteFile_AndTakesOneSample()
    {
        Directory.CreateDirectory(Folder.Combine("sst2"));
        Write("train.sample2.tsv", "sample");
        var source = new TaskCatalog(Folder.Combine("")).Open(GlueDefinitions.Of("sst2"));
        Assert.That(source.Read(TaskSplit.Train).Single().First, Is.EqualTo("sample"));
        Write("train.sample3.tsv", "other");
        Assert.That(() => source.Read(TaskSplit.Train), Throws.InstanceOf<IOException>().With.Message.Contains("train.sample3.tsv"));
        Write("train.tsv", "complete");
        Assert.That(source.Read(TaskSplit.Train).Single().First, Is.EqualTo("complete"));

        void Write(string name, string text) => File.WriteAllText(Folder.Combine($"sst2/{name}"), $"sentence\tlabel\n{text}\t1\n");
    }

    [Test]
    public void Parquet_TakesAllShards_InTheOrderOfTheirNames()
    {
        Directory.CreateDirectory(Folder.Combine("sst2"));
        var task = GlueDefinitions.Of("sst2") with { Format = TaskFileFormat.Parquet, TrainFiles = ["train-*.parquet"] };
        Write("train-00001-of-00003.parquet", "SELECT 'c' AS sentence, '0' AS label");
        Write("train-00000-of-00003.parquet", "SELECT unnest(['a', 'b']) AS sentence, 1 AS label");
        var source = new TaskCatalog(Folder.Combine("")).Open(task);
        Assert.That(() => source.Read(TaskSplit.Train), Throws.InstanceOf<IOException>().With.Message.Contains("3 are needed"));
        Write("train-00002-of-00003.parquet", "SELECT 'd' AS sentence, 1 AS label LIMIT 0");
        Assert.That(
            source.Read(TaskSplit.Train).Select(example => (example.Index, example.First, example.Label)),
            Is.EqualTo(new[] { (0, "a", 1.0), (1, "b", 1.0), (2, "c", 0.0) }));
        Write("train-00000-of-00001.parquet", "SELECT 'z' AS sentence, 1 AS label");
        Assert.That(() => source.Read(TaskSplit.Train), Throws.InstanceOf<IOException>().With.Message.Contains("train-00000-of-00001"));
        // Names that do not count are taken as they are.
        Write("part-b.parquet", "SELECT 'b' AS sentence, 1 AS label");
        Write("part-a.parquet", "SELECT 'a' AS sentence, 1 AS label");
        source = new TaskCatalog(Folder.Combine("")).Open(task with { TrainFiles = ["part-*.parquet"] });
        Assert.That(string.Concat(source.Read(TaskSplit.Train).Select(example => example.First)), Is.EqualTo("ab"));

        void Write(string name, string query) => ParquetFiles.Write(Folder.Combine($"sst2/{name}"), query);
    }

    [Test]
    public void WordNet_SaysWhatToInstall()
    {
        Assert.That(
            () => new TaskCatalog(wordNetFolder: Folder.Combine("absent")).Open(WordNet("wordnet-living")),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("wordnet-base"));
        Assert.That(
            () => new TaskCatalog(wordNetFolder: Folder.Combine("")).Open(WordNet("wordnet-living")),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("data.noun").And.Message.Contains("wordnet-base"));
    }

    [Test]
    public void AbsoluteFolders_NeedNoRoot()
    {
        File.WriteAllText(Folder.Combine("a.tsv"), "sentence\tlabel\nx\t1\n");
        var task = GlueDefinitions.Of("sst2") with { Folders = [Folder.Combine("")], TrainFiles = ["a.tsv"], DevFiles = ["a.tsv"] };
        Assert.That(new TaskCatalog().Open(task).Read(TaskSplit.Dev).Single().First, Is.EqualTo("x"));
    }

    private static TaskDefinition WordNet(string name) => new() { Description = TaskCatalog.Generators[name], Generator = name };
}
