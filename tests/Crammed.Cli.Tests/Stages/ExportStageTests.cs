using Crammed.Bert;
using Crammed.Cli.Stages;
using Crammed.Files;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Tests.Stages;

internal sealed class ExportStageTests : FolderTests
{
    [Test]
    public void Both_splits_are_written_as_the_tokenizer_sees_them()
    {
        var outcome = SmallRun.Sentiment;
        Assert.That((outcome.Of(TaskSplit.Train).Examples, outcome.Of(TaskSplit.Dev).Examples), Is.EqualTo((40, 20)));
        Assert.That(outcome.Task.Name, Is.EqualTo("sst2"));
        var tokenizer = Checkpoint.Tokenizer(SmallRun.ModelFolder);
        var reader = ExportedTaskReader.Open(outcome.DevFolder);
        Assert.That(reader.Description.Split, Is.EqualTo("dev"));
        var examples = reader.Examples().ToList();
        Assert.That(examples, Has.Count.EqualTo(20));
        for (var i = 0; i < examples.Count; i++)
        {
            // The evaluation split starts where the training split ends.
            var sentence = 40 + i;
            Assert.That(examples[i].Index, Is.EqualTo(i));
            Assert.That(examples[i].Label, Is.EqualTo(SmallData.Label(sentence)));
            Assert.That(examples[i].AttentionMask.Sum(), Is.EqualTo(tokenizer.CountTokens(SmallData.Sentence(sentence)) + 2));
            Assert.That(tokenizer.Decode(examples[i].InputIds, skipSpecialTokens: true), Is.EqualTo(SmallData.Sentence(sentence)));
        }
        string[] files = [.. Directory.GetFiles(outcome.DevFolder).Select(file => Path.GetFileName(file)).Order()];
        Assert.That(files, Is.EqualTo(new[] { "manifest.json", "part-00000.parquet" }));
        Assert.That(outcome.Of(TaskSplit.Dev).Bytes, Is.GreaterThan(reader.Bytes));
    }

    [Test]
    public void Limits_take_a_part()
    {
        using var stage = ExportStage.Load(SmallRun.ExportInput("sst2") with { TrainLimit = 9, DevLimit = 5 });
        var outcome = stage.Run(Folder.Path, null, CancellationToken.None).Single();
        var train = ExportedTaskReader.Open(outcome.TrainFolder);
        var dev = ExportedTaskReader.Open(outcome.DevFolder);
        Assert.That((train.Count, dev.Count), Is.EqualTo((9, 5)));
        Assert.That((outcome.Of(TaskSplit.Train).Examples, outcome.Of(TaskSplit.Dev).Examples), Is.EqualTo((9, 5)));
    }

    [Test]
    public void Cancelling_leaves_no_file()
    {
        using var source = new CancellationTokenSource();
        using var stage = ExportStage.Load(SmallRun.ExportInput("sst2"));
        var progress = new RelayedProgress<WorkProgress>(_ => source.Cancel());
        Assert.Throws<OperationCanceledException>(() => stage.Run(Folder.Path, progress, source.Token));
        Assert.That(Directory.EnumerateFileSystemEntries(Folder.Path), Is.Empty);
    }

    [Test]
    public void Wrong_input_is_named()
    {
        Assert.That(
            Assert.Throws<ArgumentException>(() => ExportStage.Load(SmallRun.ExportInput("sst2") with
            {
                Tasks = [SmallRun.Task("sst2") with { Generator = "sst3" }],
            }))!.Message,
            Does.StartWith("There is no generator 'sst3'; the generators are wordnet-living"));
        Assert.That(
            Assert.Throws<ArgumentException>(() => ExportStage.Load(SmallRun.ExportInput("sst2") with { GlueFolder = null }))!.Message,
            Does.Contain("sst2/train.tsv"));
        var empty = Folder.Combine("empty");
        Assert.That(
            Assert.Throws<FileNotFoundException>(
                () => ExportStage.Load(SmallRun.ExportInput("sst2") with { ModelFolder = empty }))!.Message,
            Is.EqualTo($"{empty}/config.json: not found; a model is a folder that crammed pretrain wrote, such as outputs/pretrain/model"));
        var glue = SmallData.WriteGlue(Folder);
        File.AppendAllText(Path.Combine(glue, "sst2/dev.tsv"), "the bird sees the dog\t2\n");
        Assert.That(
            Assert.Throws<InvalidDataException>(() => ExportStage.Load(SmallRun.ExportInput("sst2") with { GlueFolder = glue }))!.Message,
            Does.Contain("dev.tsv, line 22: field 'label' is").And.Contain("expected 0 or 1"));
    }
}
