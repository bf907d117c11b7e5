using System.Globalization;
using Crammed.Cli.Stages;
using Crammed.Files;
using Crammed.Model;
using Crammed.Text;
using Crammed.Text.Parquet;

namespace Crammed.Cli.Tests.Stages;

internal sealed class PretrainStageTests : FolderTests
{
    [Test]
    public void Text_becomes_a_calibrated_checkpoint()
    {
        var outcome = SmallRun.Pretraining;
        var configuration = BertConfiguration.Read(Path.Combine(outcome.ModelFolder, CheckpointFiles.Configuration));
        var vocabulary = WordPieceVocabulary.Read(Path.Combine(outcome.ModelFolder, CheckpointFiles.Vocabulary));
        Assert.That(configuration, Is.EqualTo(outcome.Configuration));
        Assert.That(vocabulary.Count, Is.EqualTo(configuration.VocabularySize).And.InRange(20, 200));
        Assert.That(vocabulary.TryGetId("wolf", out _), "a word of the text");
        var calibration = Calibration.Read(Path.Combine(outcome.ModelFolder, CheckpointFiles.Calibration));
        Assert.That(calibration.Examples, Is.EqualTo(64));
        Assert.That(calibration.Ranges, Contains.Key(ActivationNames.KernelArgument(0)).And.ContainKey(ActivationNames.SecondMoment));
    }

    [Test]
    public void The_number_of_parameters_is_that_of_the_weights_file()
    {
        using var weights = SafetensorsFile.Open(Path.Combine(SmallRun.ModelFolder, CheckpointFiles.Weights));
        var stored = weights.Names.Sum(name => weights.Shape(name).Aggregate(1L, (product, size) => product * size));
        const int Hidden = 16, FeedForward = 32;
        const int Layer = (4 * Hidden) + (4 * Hidden * Hidden) + (Hidden * FeedForward) + (Hidden * FeedForward / 2);
        long counted = (SmallRun.Pretraining.Configuration.VocabularySize * Hidden) + 1 + (4 * Hidden) + Layer;
        Assert.That(SmallRun.Pretraining.Parameters, Is.EqualTo(stored).And.EqualTo(counted));
    }

    [Test]
    public void Metrics_have_a_row_for_each_step_and_end_in_the_results()
    {
        var training = SmallRun.Pretraining.Training;
        var metrics = new CsvFile(Path.Combine(SmallRun.ModelFolder, "..", StageFiles.Metrics));
        Assert.That(metrics.Header, Is.EqualTo(
            "step,loss,penalty,held_out_loss,held_out_perplexity,learning_rate,sequences,tokens,seconds"));
        Assert.That(metrics.Numbers("step"), Is.EqualTo(Enumerable.Range(1, SmallRun.PretrainingSteps)));
        Assert.That(metrics.Numbers("tokens"), Is.Ordered.Ascending);
        Assert.That(metrics.Numbers("tokens")[^1], Is.EqualTo(training.Tokens));
        Assert.That(metrics.Numbers("seconds"), Is.Ordered.Ascending);
        var losses = metrics.Numbers("loss");
        // Untrained, every token is about equally likely.
        Assert.That(losses[0], Is.EqualTo(Math.Log(SmallRun.Pretraining.Configuration.VocabularySize)).Within(0.5));
        Assert.That(losses[^1], Is.LessThan(losses[0]));
        string[] heldOut = [.. metrics.Texts("held_out_loss").Where(text => text.Length > 0)];
        Assert.That(heldOut, Has.Length.EqualTo(10), "one for each tenth of the budget");
        Assert.That(metrics.Texts("held_out_loss")[^1], Is.EqualTo(heldOut[^1]), "the last step has one");
        Assert.That(double.Parse(heldOut[^1], CultureInfo.InvariantCulture), Is.EqualTo(training.HeldOutLoss));
        Assert.That(
            double.Parse(metrics.Texts("held_out_perplexity")[^1], CultureInfo.InvariantCulture),
            Is.EqualTo(training.HeldOutPerplexity));
    }

    [Test]
    public void The_table_of_metrics_holds_the_same_numbers()
    {
        var folder = Path.Combine(SmallRun.ModelFolder, "..");
        var metrics = new CsvFile(Path.Combine(folder, StageFiles.Metrics));
        // By another reader than the writer's.
        using var table = ForeignParquet.Open(Path.Combine(folder, StageFiles.MetricsTable));
        Assert.That(string.Join(',', table.Columns), Is.EqualTo(metrics.Header));
        var rows = table.Rows(["loss", "tokens"])
            .Select(row => Array.ConvertAll(row, text => double.Parse(text!, CultureInfo.InvariantCulture)));
        Assert.That(rows, Is.EqualTo(metrics.Numbers("loss").Zip(metrics.Numbers("tokens"), (loss, tokens) => new[] { loss, tokens })));
    }

    [Test]
    public void A_plot_shows_every_loss_and_where_the_held_out_one_was_taken()
    {
        var metrics = SmallRun.Pretraining.Training.Metrics;
        var plot = PretrainMetrics.Plot(metrics)!;
        plot.Validate();
        Assert.That(plot.Series.Select(series => series.X.Count), Is.EqualTo(new[] { SmallRun.PretrainingSteps, 10 }));
        Assert.That(plot.Series[0].Y, Is.EqualTo(metrics.Select(row => row.Loss)));
        Assert.That(PretrainMetrics.Plot([]), Is.Null);
    }

    /// <summary>Losses on a line keep their values but near the ends, where the mean has fewer steps on one side.</summary>
    [Test]
    public void The_plot_of_a_long_run_smooths_its_losses_and_keeps_them_in_the_back()
    {
        var first = SmallRun.Pretraining.Training.Metrics[0];
        var metrics = Enumerable.Range(0, 250).Select(i => first with { Step = i + 1, Loss = 5 - 0.01 * i + (i % 5 == 0 ? 0.5 : 0) }).ToList();
        var training = PretrainMetrics.Plot(metrics)!.Series[0];
        Assert.That(training.Name, Is.EqualTo("training, mean of 5 steps"));
        Assert.That(training.RawY, Is.EqualTo(metrics.Select(row => row.Loss)));
        // Sums of five values near 5 in float64: an error of some 1e-15.
        Assert.That(training.Y.Skip(2).SkipLast(2), Is.EqualTo(metrics.Select((_, i) => 5 - 0.01 * i + 0.1).Skip(2).SkipLast(2)).Within(1e-13));
        Assert.That(training.Y[0], Is.EqualTo((5.5 + 4.99 + 4.98) / 3).Within(1e-13));
        Assert.That(training.Y[^1], Is.EqualTo((2.53 + 2.52 + 2.51) / 3).Within(1e-13));
    }

    [Test]
    public void A_given_vocabulary_is_used_and_copied()
    {
        var vocabulary = Folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nbird\ndog\nsees\nagain\n");
        var input = SmallRun.Input(SmallData.WriteText(Folder)) with { VocabularyPath = vocabulary };
        var stage = PretrainStage.Load(input with { Settings = input.Settings with { BudgetSteps = 1 } }, null, CancellationToken.None);
        Assert.That(stage.Configuration.VocabularySize, Is.EqualTo(10));
        var outcome = stage.Run(Folder.Combine("run"), null, CancellationToken.None);
        Assert.That(
            File.ReadAllText(Path.Combine(outcome.ModelFolder, CheckpointFiles.Vocabulary)), Is.EqualTo(File.ReadAllText(vocabulary)));
    }

    [Test]
    public void Cancelling_finishes_the_step_and_leaves_nothing()
    {
        var stage = PretrainStage.Load(SmallRun.Input(SmallData.WriteText(Folder)), null, CancellationToken.None);
        using var source = new CancellationTokenSource();
        var seen = new List<WorkProgress>();
        var progress = new RelayedProgress<WorkProgress>(report =>
        {
            seen.Add(report);
            if (report.Done == 3)
                source.Cancel();
        });
        var run = Directory.CreateDirectory(Folder.Combine("run")).FullName;
        Assert.Throws<OperationCanceledException>(() => stage.Run(run, progress, source.Token));
        Assert.That(seen.Select(report => (report.Done, report.Total, report.Unit)),
            Is.EqualTo(new[] { (0L, 12L, "steps"), (1L, 12L, "steps"), (2L, 12L, "steps"), (3L, 12L, "steps") }));
        Assert.That(Directory.EnumerateFileSystemEntries(run), Is.Empty);
    }

    [Test]
    public void WordNet_holds_out_the_concepts_that_tasks_evaluate_on()
    {
        if (!Directory.Exists(WordNetDatabase.DebianFolder))
            Assert.Ignore("WordNet is not installed (wordnet-base)");
        var sources = PretrainingText.Sources([PretrainingText.WordNet], [], WordNetDatabase.DebianFolder);
        var text = sources.ToLookup(source => source.Part == TaskSplit.Train, source => source.Read().Select(document => document.Text));
        List<string> training = [.. text[true].Single()], heldOut = [.. text[false].Single()];
        var living = new TaskDefinition { Description = TaskCatalog.Generators["wordnet-living"], Generator = "wordnet-living" };
        var dev = new TaskCatalog().Open(living).Read(TaskSplit.Dev).Select(example => example.First).ToList();
        Assert.That(training, Has.Count.GreaterThan(100_000));
        Assert.That(heldOut, Has.Count.GreaterThan(1000));
        var learnt = training.SelectMany(document => document.Split('\n')).ToHashSet();
        // Different concepts may share a gloss word for word; a leak would show as nearly all of them.
        Assert.That(dev.Count(learnt.Contains) / (double)dev.Count, Is.LessThan(0.02));
    }

    [Test]
    public void Wrong_input_is_named()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => Load(Folder.Combine("none.txt")));
        Assert.That(missing!.Message, Does.Contain("none.txt"));
        var brief = Folder.Write("brief.txt", "one\n");
        var few = Assert.Throws<InvalidDataException>(() => Load(brief));
        Assert.That(few!.Message, Is.EqualTo($"{brief}: 1 paragraphs are too few to train on some and hold out others; add text"));
        var bytes = Folder.Combine("bytes.txt");
        File.WriteAllBytes(bytes, [0x66, 0xff, 0xfe, 0x0a]);
        Assert.That(Assert.Throws<InvalidDataException>(() => Load(bytes))!.Message, Does.Contain("not UTF-8"));
    }

    private static PretrainStage Load(string path) => PretrainStage.Load(SmallRun.Input(path), null, CancellationToken.None);
}
