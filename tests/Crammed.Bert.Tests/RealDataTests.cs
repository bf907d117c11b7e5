using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Bert.Tests;

public class RealDataTests
{
    internal static string DataFolder()
    {
        if (Environment.GetEnvironmentVariable("CRAMMED_DATA") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "..", "shared", "data");
            if (File.Exists(Path.Combine(folder.FullName, "Crammed.sln")) && Directory.Exists(data))
                return data;
        }

        Assert.Ignore("The shared data folder is not here; set CRAMMED_DATA to run this test.");
        return "";
    }

    [Test]
    public void A_glue_task_is_exported_with_the_original_vocabulary()
    {
        var data = DataFolder();
        var vocabulary = Path.Combine(data, "vocab", "bert-base-uncased", "vocab.txt");
        var work = Path.Combine(TestContext.CurrentContext.WorkDirectory, "real-data");
        var configuration = Tiny.Configuration(layers: 1) with { VocabularySize = 30522, SequenceLength = 128 };
        using (var model = new BertModel(configuration, seed: 1))
            Checkpoint.Save(model, BertTokenizer.Load(vocabulary), work);
        var source = new TaskCatalog(Path.Combine(data, "glue")).Open(new TaskDefinition
        {
            Description = new TaskDescription("rte", IsPair: true, ["entailment", "not_entailment"], [MetricNames.Accuracy]),
            Folders = ["rte"],
            TrainFiles = ["train.tsv"],
            DevFiles = ["dev.tsv"],
            TextColumns = ["sentence1", "sentence2"],
            LabelColumn = "label",
        });
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "rte-dev");
        using (var exporter = GlueExporter.Open(work))
            exporter.Export(source, TaskSplit.Dev, path, new ExportOptions { Limit = 40 });

        var reader = ExportedTaskReader.Open(path);
        var examples = source.Read(TaskSplit.Dev);
        Assert.That(reader.Count, Is.EqualTo(40));
        foreach (var example in reader.Examples())
        {
            var length = example.AttentionMask.Sum();
            Assert.That(example.Label, Is.EqualTo(examples[example.Index].Label));
            Assert.That(example.InputIds[0], Is.EqualTo(101), "[CLS]");
            Assert.That(example.InputIds.Take(length).Count(id => id == 102), Is.EqualTo(2), "[SEP] after each sentence");
            Assert.That(example.InputIds[length - 1], Is.EqualTo(102));
            Assert.That(example.InputIds.Skip(length), Is.All.EqualTo(0));
            var second = Array.IndexOf(example.InputIds, 102) + 1;
            Assert.That(example.TokenTypeIds, Is.EqualTo(Enumerable.Range(0, 128).Select(i => i >= second && i < length ? 1 : 0)));
        }
    }

    [Test]
    public void WordNet_is_learnt_a_little_in_a_few_steps()
    {
        if (!Directory.Exists(WordNetDatabase.DebianFolder))
            Assert.Ignore("WordNet is not installed (package wordnet-base).");
        var texts = WordNetCorpus.Documents(WordNetDatabase.Load()).Take(3000).Select(document => document.Text).ToList();
        var vocabulary = WordPieceTrainer.Train(texts, new WordPieceTrainerOptions { VocabularySize = 512 });
        InputEncoder encoder = new(BertTokenizer.Create(vocabulary));
        var settings = new PretrainingSettings { BudgetSteps = 40, BatchSize = 4, DocumentBatchSize = 16, LearningRate = 0.02 };
        var (training, heldOut) = (texts[..2940], texts[2940..]);
        var configuration = BertConfiguration.Named("crammed-bert-he") with
        {
            VocabularySize = 512,
            Layers = 1,
            Hidden = 16,
            Heads = 2,
            FeedForward = 32,
            InitializerStandardDeviation = 0.05,
        };
        using var model = new BertModel(configuration, seed: 1);
        var heldOutCorpus = PretrainingCorpus.Build(heldOut, encoder, 128);
        var before = MaskedLanguageModel.HeldOut(model, heldOutCorpus, settings, 16);
        var result = Pretrainer.Run(model, PretrainingCorpus.Build(training, encoder, 128), heldOutCorpus, settings);
        Assert.That(before, Is.EqualTo(Math.Log(512)).Within(0.1));
        Assert.That(result.HeldOutLoss, Is.LessThan(before - 0.4));
    }
}
