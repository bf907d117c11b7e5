using System.Text;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Stages;

/// <summary>
/// Every reader of the plaintext side, through the commands that use it: a bad file is one line that names it, exit code 2, and nothing is
/// written. What each reader refuses in detail is its own tests' matter.
/// </summary>
internal sealed class BadInputTests : ProgramTests
{
    private const string Train = "glue/sst2/train.tsv";

    [SetUp]
    public void Start()
    {
        SmallData.WriteGlue(Shell.Folder);
        var model = Directory.CreateDirectory(Shell.Folder.Combine("model")).FullName;
        foreach (var file in Directory.GetFiles(SmallRun.ModelFolder))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
    }

    [TestCase("sentence\tlabel\nthe bird\t1\textra\n", "train.tsv, line 2: 3 fields; expected 2")]
    [TestCase("sentence\tlabel\nthe bird\n", "train.tsv, line 2: 1 fields; expected 2")]
    [TestCase("sentence\tscore\nthe bird\t1\n", "train.tsv, line 1: column 'label' is missing")]
    [TestCase("sentence\tlabel\nthe bird\tbird\n", "train.tsv, line 2: field 'label' is 'bird'; expected 0 or 1")]
    [TestCase("sentence\tlabel\nthe \u00ff\t1\n", "train.tsv, line 2: not UTF-8")]
    [TestCase("sentence\tlabel\n", "train.tsv: no rows")]
    [TestCase("", "train.tsv: no rows")]
    public async Task Tsv(string text, string expected) => await Refuse(Train, text, expected);

    [TestCase("sentence,label\n\"the bird,1\n", "train.tsv, line 2: a quote is opened and not closed")]
    [TestCase("sentence,label\nthe bird,1,2\n", "train.tsv, line 2: 3 fields; expected 2")]
    [TestCase("sentence,label\nthe bird,-1\n", "train.tsv, line 2: field 'label' is '-1'; expected 0 or 1")]
    [TestCase("sentence,label\nthe \u00ff,1\n", "not UTF-8")]
    public async Task Csv(string text, string expected) => await Refuse(Train, text, expected, "eval.tasks.format=csv");

    [TestCase("{\"sentence\": \"the bird\", \"label\": 1\n", "train.tsv, line 1: '{\"sentence\"")]
    [TestCase("{\"sentence\": \"the bird\"}\n", "train.tsv, line 1: field 'label' is missing")]
    [TestCase("{\"sentence\": [\"the bird\"], \"label\": 1}\n", "train.tsv, line 1: field 'sentence' is")]
    [TestCase("{\"sentence\": \"the bird\", \"label\": 7}\n", "train.tsv, line 1: field 'label' is '7'; expected 0 or 1")]
    [TestCase("{\"sentence\": \"the \u00ff\", \"label\": 1}\n", "not UTF-8")]
    public async Task Jsonl(string text, string expected) => await Refuse(Train, text, expected, "eval.tasks.format=jsonl");

    [TestCase("PAR1", "too small to be a Parquet file")]
    [TestCase("sentence\tlabel\nthe bird\t1\n", "No magic bytes found at end of file")]
    [TestCase("PAR1\u00ff\u00ff\u00ff\u00ffPAR1", "bytes outside file")]
    public async Task Parquet(string text, string expected) => await Refuse(Train, text, expected, "eval.tasks.format=parquet");

    /// <summary>Part of an export is a Parquet file, but of other columns.</summary>
    [Test]
    public async Task Parquet_of_other_columns()
    {
        File.Copy(Path.Combine(SmallRun.Sentiment.TrainFolder, "part-00000.parquet"), Shell.Folder.Combine(Train), overwrite: true);
        await RefuseAsIs("train.tsv: there is no column 'sentence'; its columns: 'index, label'.", "eval.tasks.format=parquet");
    }

    [TestCase("", "model.safetensors: ")]
    [TestCase("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f{}", "model.safetensors: ")]
    [TestCase("\u0002\0\0\0\0\0\0\0{}", "model.safetensors: tensor 'embedding")]
    public async Task Safetensors(string text, string expected) => await Refuse("model/model.safetensors", text, expected);

    [Test]
    public async Task Safetensors_cut_short()
    {
        var path = Shell.Folder.Combine("model/model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        await RefuseAsIs("model.safetensors: ");
    }

    [TestCase("", "config.json: ")]
    [TestCase("null", "config.json: holds null, not a configuration")]
    [TestCase("{\"layers\": 1}", "config.json: ")]
    public async Task Configuration(string text, string expected) => await Refuse("model/config.json", text, expected);

    [TestCase("\"hidden\": 16", "\"hidden\": 32", "model.safetensors: tensor 'embedding")]
    [TestCase("\"hidden\": 16", "\"hidden\": 1e9", "config.json: ")]
    [TestCase("\"heads\": 2", "\"heads\": 3", "config.json: heads is 3; it must be a divisor of hidden (16)")]
    [TestCase("\"layers\": 1", "\"layers\": 2", "model.safetensors: tensor 'layers.1.")]
    public async Task Configuration_of_another_model(string field, string other, string expected)
    {
        string path = Shell.Folder.Combine("model/config.json"), text = File.ReadAllText(path);
        Assert.That(text, Does.Contain(field));
        await Refuse("model/config.json", text.Replace(field, other, StringComparison.Ordinal), expected);
    }

    [TestCase("", "vocab.txt: ")]
    [TestCase("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nthe\n", "vocab.txt, line 7: token 'the' occurs twice; it is already line 6")]
    [TestCase("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\u00ff\n", "vocab.txt, line 6: not UTF-8")]
    [TestCase("the\nbird\n", "vocab.txt")]
    public async Task Vocabulary(string text, string expected) => await Refuse("model/vocab.txt", text, expected);

    [Test]
    public async Task Vocabulary_with_more_tokens_than_the_model()
    {
        File.AppendAllLines(Shell.Folder.Combine("model/vocab.txt"), Enumerable.Range(0, 300).Select(i => $"surplus{i}"));
        await RefuseAsIs("tokens, the model knows ");
    }

    /// <summary>Characters up to U+00FF stand for the byte of their number, so that the text may be none of UTF-8.</summary>
    private async Task Refuse(string file, string text, string expected, params string[] words)
    {
        File.WriteAllBytes(Shell.Folder.Combine(file), Encoding.Latin1.GetBytes(text));
        await RefuseAsIs(expected, words);
    }

    private async Task RefuseAsIs(string expected, params string[] words)
    {
        foreach (var command in new string[][] { ["export-glue"], ["finetune", "mode=lora"] })
        {
            string[] inputs = ["model=model", "data.glue=glue", "eval/tasks=sst2", "impl.threads=1"];
            Assert.That(await Shell.RunAsync([.. command, .. inputs, .. words]), Is.EqualTo(ExitCode.BadInput), Shell.Error);
            Assert.That(Shell.Error.TrimEnd('\n'), Does.StartWith("error: ").And.Contain(expected).And.Not.Contain("\n"));
            Assert.That(Shell.Output, Is.Empty);
            Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
        }
    }
}
