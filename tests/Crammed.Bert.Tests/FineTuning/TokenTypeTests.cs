using Crammed.Text;
using Microsoft.ML.Tokenizers;
using TorchSharp;

namespace Crammed.Bert.Tests;

/// <summary>Which text a token belongs to is known from the encoding alone, whatever separators stand in the texts.</summary>
public class TokenTypeTests
{
    private static readonly string Work = TestContext.CurrentContext.WorkDirectory;

    private static readonly BertConfiguration Configuration = TextFixture.Configuration with
    {
        Style = EncoderStyle.Original,
        TokenTypes = 2,
        Gate = FeedForwardGate.Gelu,
        Kernel = AttentionKernel.Softmax,
    };

    /// <summary>Both have the ids of [CLS] cat [SEP] dog [SEP], and only the pair has a second text.</summary>
    private static readonly Texts Alike = new(("cat [SEP] dog", null), ("cat", "dog"));

    [Test]
    public void A_separator_in_the_text_starts_no_second_text()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Configuration, seed: 1);
        var data = TaskData.Tokenize(Alike, TaskSplit.Dev, new InputEncoder(TextFixture.Tokenizer), 10);
        Assert.That(data[0].Ids, Is.EqualTo(data[1].Ids));
        var ids = torch.tensor(Array.ConvertAll(data[0].Ids, id => (long)id), [1, 10]);
        var types = torch.tensor([0, 0, 0, 1, 1, 0, 0, 0, 0, 0], [1, 10]);
        var (single, pair) = (data.Embeddings([0L], model, 10).ToFloat32Array(), data.Embeddings([1L], model, 10).ToFloat32Array());
        Assert.That(single, Is.EqualTo(model.Embed(ids).ToFloat32Array()));
        Assert.That(pair, Is.EqualTo(model.Embed(ids, types).ToFloat32Array()).And.Not.EqualTo(single));
        // Nor does one in the first text of a pair, and padding in a text is a token.
        var texts = new Texts(("cat [SEP] dog [PAD]", "tree [SEP]"));
        var odd = TaskData.Tokenize(texts, TaskSplit.Dev, new InputEncoder(TextFixture.Tokenizer), 10);
        Assert.That(odd[0].TokenTypes, Is.EqualTo((int[])[0, 0, 0, 0, 0, 0, 1, 1, 1, 0]));
        Assert.That(odd[0].Mask, Is.EqualTo((float[])[1, 1, 1, 1, 1, 1, 1, 1, 1, 0]));
    }

    [Test]
    public void An_export_keeps_the_types_and_the_predictions_are_those_of_the_text()
    {
        var (folder, path) = (Path.Combine(Work, "types-model"), Path.Combine(Work, "types"));
        using var model = new BertModel(Configuration, seed: 1);
        Checkpoint.Save(model, TextFixture.Tokenizer, folder);
        using (var exporter = GlueExporter.Open(folder))
            exporter.Export(Alike, TaskSplit.Dev, path);
        var (exported, text) = (TaskData.Read(path), TaskData.Tokenize(Alike, TaskSplit.Dev, new InputEncoder(TextFixture.Tokenizer), 10));
        using var classifier = new TaskClassifier(model, classes: 2, lora: null, seed: 1);
        using (torch.no_grad())
        {
            // A fresh head answers zero to everything.
            foreach (var (tensor, index) in classifier.Head.Values.Select((tensor, index) => (tensor, index)))
                tensor.copy_(torch.tensor(Tiny.Gaussian(index, (int)tensor.numel()), tensor.shape));
        }

        var expected = classifier.Predict(text).Logits;
        Assert.That(expected[0], Is.Not.EqualTo(expected[1]));
        Assert.That(classifier.Predict(exported.WithoutEmbeddings()).Logits, Is.EqualTo(expected));
        using var scope = torch.NewDisposeScope();
        Assert.That(
            exported.Embeddings([0L, 1L], model, exported.SequenceLength).ToFloat32Array(),
            Is.EqualTo(text.Embeddings([0L, 1L], model, text.SequenceLength).ToFloat32Array()));
    }

    /// <summary>A byte-pair tokenizer of Microsoft.ML.Tokenizers, with its own special tokens, goes through the same consumers.</summary>
    [Test]
    public void Any_tokenizer_of_the_package_makes_task_data_and_pretraining_text()
    {
        using MemoryStream vocabulary = new("""{"c":0,"a":1,"t":2,"ca":3,"cat":4,"d":5,"<pad>":6,"<s>":7,"</s>":8,"<mask>":9}"""u8.ToArray());
        using MemoryStream merges = new("#version: 0.2\nc a\nca t\n"u8.ToArray());
        SpecialTokens special = new(Padding: 6, Classification: 7, Separator: 8, Mask: 9);
        InputEncoder encoder = new(BpeTokenizer.Create(vocabulary, merges), special);
        var data = TaskData.Tokenize(new Texts(("cat", "dca")), TaskSplit.Dev, encoder, 8);
        Assert.That(data[0].Ids, Is.EqualTo((int[])[7, 4, 8, 5, 3, 8, 6, 6]));
        Assert.That(data[0].TokenTypes, Is.EqualTo((int[])[0, 0, 0, 1, 1, 1, 0, 0]));
        using var corpus = PretrainingCorpus.Build(["cat cat", "d"], encoder, 5);
        Assert.That(corpus.Sequence(0).ToArray(), Is.EqualTo((int[])[7, 4, 4, 8, 8]));
        Assert.That(corpus.Document(1).ToArray(), Is.EqualTo((int[])[7, 5, 8]));
    }

    /// <summary>The padding token need not have the id 0: its row starts at zero and stays, and id 0 is a token like any other.</summary>
    [Test]
    public void Padding_is_the_configured_token()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Configuration with { PaddingToken = 3 }, seed: 1);
        var weights = torch.tensor(Array.ConvertAll(Tiny.Gaussian(1, 24), value => (float)value), [1, 3, 8]);
        (model.Embed(torch.tensor([0L, 3L, 4L], [1, 3])) * weights).sum().backward();
        var (weight, gradient) = (Word(model).ToFloat32Array().Chunk(8).ToArray(), Word(model).grad!.ToFloat32Array().Chunk(8).ToArray());
        Assert.That(weight[3], Is.All.Zero);
        Assert.That(weight[0], Is.Not.All.Zero);
        Assert.That(gradient[3], Is.All.Zero);
        Assert.That(gradient[0], Is.Not.All.Zero);

        static torch.Tensor Word(BertModel model) => model.named_parameters().Single(entry => entry.Item1 == "embedding.word.weight").Item2;
    }

    private sealed class Texts(params (string First, string? Second)[] texts) : ITaskSource
    {
        public TaskDescription Description { get; } = new("texts", IsPair: true, ["0", "1"], [MetricNames.Accuracy]);

        public IReadOnlyList<Example> Read(TaskSplit split) =>
            [.. texts.Select((text, index) => new Example(index, text.First, text.Second, "0", 0))];
    }
}
