using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Files;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed import</c>, and what can be done with an imported model; its arithmetic is tested with the library.</summary>
internal sealed class ImportCommandTests : ProgramTests
{
    private const int Hidden = 8, Inner = 12;

    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "bird", "dog", "fish", "horse", "river", "stone", "tree", "wolf", "finds",
        "hears", "likes", "passes", "sees", "again",
    ];

    [SetUp]
    public void Start()
    {
        SmallData.WriteText(Shell.Folder);
        SmallData.WriteGlue(Shell.Folder);
        WriteCheckpoint();
    }

    [Test]
    public async Task An_imported_model_is_evaluated_exported_and_fine_tuned_as_any_other()
    {
        await Succeed("import", "hf=hf", "sequence_length=24");
        Assert.That(Shell.Output, Does.StartWith("model  outputs/import/model: 1 x 8, vocabulary 20, ").And.Contain("head   outputs/import/adapters.safetensors: 2 classes"));
        await Succeed("evaluate", "adapters=outputs/import", "source=text", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1");
        Assert.That(Shell.Output, Does.StartWith("task      sst2, 20 examples for evaluation"));
        await Succeed(
            "finetune", "name=lora", "mode=lora", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "finetune.steps=2",
            "finetune.lora.bias=all", "impl.threads=1");
        await Succeed("export-glue", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1");
        await Succeed("evaluate", "name=lora-score", "model=outputs/import/model", "adapters=outputs/lora/sst2/seed-0", "impl.threads=1");
        Assert.That(
            await Shell.RunAsync("export-glue", "name=norm", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "prefix=norm"),
            Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("prefix is norm, and hf-bert begins with attention; give prefix=embedding"));
        string[] refused = ["evaluate", "name=twin", "adapters=outputs/import", "functions=polynomial", "polynomial.ranges=task", "impl.threads=1"];
        Assert.That(await Shell.RunAsync(refused), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("no polynomials stand in for hf-bert's GELU and its norms after residual sums"));
    }

    /// <summary>tokenizer.json alone is enough, and its settings go with the model through fine-tuning to what it writes.</summary>
    [Test]
    public async Task A_tokenizers_settings_go_where_the_model_goes()
    {
        File.Delete(Shell.Folder.Combine("hf/vocab.txt"));
        var vocabulary = Vocabulary.Select((token, id) => $"\"{token}\": {id}");
        Shell.Folder.Write("hf/tokenizer.json", $$$"""
            {"normalizer": {"type": "BertNormalizer", "lowercase": false}, "pre_tokenizer": {"type": "BertPreTokenizer"},
             "model": {"type": "WordPiece", "vocab": { {{{string.Join(", ", vocabulary)}}} } } }
            """);
        await Succeed("import", "hf=hf", "sequence_length=24");
        await Succeed(
            "finetune", "name=full", "mode=full", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "finetune.steps=1",
            "impl.threads=1");
        foreach (var folder in new[] { "outputs/import/model", "outputs/full/sst2/seed-0/model" })
            Assert.That(Checkpoint.Tokenizer(Shell.Folder.Combine(folder)).EncodeToIds("The bird"), Is.EqualTo((int[])[1, 6]), folder);
        Shell.Folder.Write("hf/tokenizer_config.json", """{"do_lower_case": true}""");
        Assert.That(await Shell.RunAsync("import", "name=other", "hf=hf", "sequence_length=24"), Is.EqualTo(ExitCode.BadInput));
        Assert.That(
            Shell.Error,
            Does.Contain("tokenizer_config.json: do_lower_case is true, and ")
                .And.Contain("tokenizer.json: normalizer.lowercase is false; make them agree"));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs/other")), Is.False);
    }

    [Test]
    public async Task The_same_architecture_is_pretrained()
    {
        await Succeed(
            "pretrain", "arch=hf-bert-tiny", "train=tiny", "arch.hidden=16", "arch.feed_forward=32", "arch.sequence_length=24",
            "train.steps=2", "train.held_out_fraction=0.1", "train.vocabulary_size=200", "data.text=[text.txt]", "impl.threads=1");
        Assert.That(Shell.Output, Does.StartWith("model     outputs/pretrain/model: hf-bert-tiny, 2 x 16, vocabulary "));
    }

    /// <summary>
    /// The head's outputs change places where config.json names them the other way round, and with them the answers; names that are none of
    /// the task's are refused until they are given.
    /// </summary>
    [Test]
    public async Task Classes_are_the_tasks_by_name()
    {
        await Succeed("import", "name=numbered", "hf=hf", "sequence_length=24");
        var straight = await Evaluated("numbered");
        WriteCheckpoint("""{"0": "1", "1": "0"}""");
        await Succeed("import", "name=swapped", "hf=hf", "sequence_length=24");
        Assert.That(Shell.Output, Does.Contain("adapters.safetensors: 2 classes (1, 0)"));
        var swapped = await Evaluated("swapped");
        Assert.That(swapped.Numbers("logit_0"), Is.EqualTo(straight.Numbers("logit_1")));
        Assert.That(swapped.Numbers("logit_1"), Is.EqualTo(straight.Numbers("logit_0")));
        WriteCheckpoint("""{"0": "NEGATIVE", "1": "POSITIVE"}""");
        await Succeed("import", "name=named", "hf=hf", "sequence_length=24");
        Assert.That(await Shell.RunAsync(Evaluation("named")), Is.EqualTo(ExitCode.BadInput));
        Assert.That(
            Shell.Error, Does.Contain("adapters.safetensors: its outputs stand for NEGATIVE, POSITIVE, and the task's labels are 0, 1; ")
                .And.Contain("import the model with labels=[...]"));
        await Succeed("import", "name=given", "hf=hf", "sequence_length=24", "labels=[0, 1]");
        Assert.That((await Evaluated("given")).Numbers("logit_0"), Is.EqualTo(straight.Numbers("logit_0")));
    }

    /// <summary>A model fine-tuned here keeps the labels that it was trained for.</summary>
    [TestCase("full")]
    [TestCase("lora")]
    public async Task A_fine_tuned_head_keeps_its_labels(string mode)
    {
        await Succeed("import", "hf=hf", "sequence_length=24");
        await Succeed(
            "finetune", "name=tuned", $"mode={mode}", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "finetune.steps=2",
            "impl.threads=1");
        string[] evaluation =
        [
            "evaluate", "model=outputs/import/model", "adapters=outputs/tuned/sst2/seed-0", "source=text", "eval/tasks=sst2", "data.glue=glue",
            "impl.threads=1",
        ];
        await Succeed([.. evaluation, "name=same"]);
        if (mode == "lora")
        {
            Assert.That(await Shell.RunAsync([.. evaluation, "name=other", "eval.tasks.labels=[1, 0]"]), Is.EqualTo(ExitCode.BadInput));
            Assert.That(Shell.Error, Does.Contain("was trained for the labels 0, 1, and the task has 1, 0, in this order"));
            return;
        }
        await Succeed([.. evaluation, "name=other", "eval.tasks.labels=[1, 0]"]);
        CsvFile same = new(Shell.Folder.Combine("outputs/same/predictions.csv")), other = new(Shell.Folder.Combine("outputs/other/predictions.csv"));
        Assert.That(other.Numbers("logit_0"), Is.EqualTo(same.Numbers("logit_1")));
    }

    [TestCase("none/vocab.txt: not found, nor is tokenizer.json; one of them has the vocabulary", "hf=none")]
    [TestCase("other.txt: not found; a tokenizer has its vocabulary in vocab.txt or tokenizer.json", "hf=hf", "vocabulary=other.txt")]
    [TestCase("a name for each of the classifier's 2 outputs", "hf=hf", "labels=[a]", "sequence_length=24")]
    [TestCase("sequence_length is 128; the model has 24 positions", "hf=hf")]
    [TestCase("'sequence_length' is 2; it must be 4 to 4096", "hf=hf", "sequence_length=2")]
    [TestCase("21 tokens, the model knows 20", "hf=hf", "vocabulary=long.txt", "sequence_length=24")]
    public async Task Bad_input_is_one_line_and_exit_code_2_and_writes_nothing(string expected, params string[] words)
    {
        Shell.Folder.Write("long.txt", string.Join('\n', [.. Vocabulary, "more"]) + "\n");
        Assert.That(await Shell.RunAsync(["import", .. words]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.StartWith("error: ").And.Contain(expected));
        Assert.That(Shell.Error.Count(character => character == '\n'), Is.EqualTo(1));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
    }

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);

    private static string[] Evaluation(string name) =>
        ["evaluate", $"name={name}-score", $"adapters=outputs/{name}", "source=text", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1"];

    private async Task<CsvFile> Evaluated(string name)
    {
        await Succeed(Evaluation(name));
        return new CsvFile(Shell.Folder.Combine($"outputs/{name}-score/predictions.csv"));
    }

    private void WriteCheckpoint(string labels = "null")
    {
        Shell.Folder.Write("hf/vocab.txt", string.Join('\n', Vocabulary) + "\n");
        Shell.Folder.Write(
            "hf/config.json",
            $$"""
            {"model_type": "bert", "hidden_act": "gelu", "vocab_size": {{Vocabulary.Length}}, "max_position_embeddings": {{SmallData.SequenceLength}},
             "type_vocab_size": 2, "hidden_size": {{Hidden}}, "intermediate_size": {{Inner}}, "num_hidden_layers": 1,
             "num_attention_heads": 2, "layer_norm_eps": 1e-12, "id2label": {{labels}}}
            """);
        var writer = new SafetensorsWriter();
        var random = new Random(1);
        void Add(string name, params long[] shape)
        {
            float first = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 : 0;
            var values = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
            writer.AddFloat32(name, shape, Array.ConvertAll(values, _ => first + (float)(random.NextDouble() - 0.5)));
        }
        void AddLinear(string name, long outputs, long inputs)
        {
            Add(name + ".weight", outputs, inputs);
            Add(name + ".bias", outputs);
        }
        Add("bert.embeddings.word_embeddings.weight", Vocabulary.Length, Hidden);
        Add("bert.embeddings.position_embeddings.weight", SmallData.SequenceLength, Hidden);
        Add("bert.embeddings.token_type_embeddings.weight", 2, Hidden);
        foreach (var projection in new[] { "query", "key", "value" })
            AddLinear($"bert.encoder.layer.0.attention.self.{projection}", Hidden, Hidden);
        AddLinear("bert.encoder.layer.0.attention.output.dense", Hidden, Hidden);
        AddLinear("bert.encoder.layer.0.intermediate.dense", Inner, Hidden);
        AddLinear("bert.encoder.layer.0.output.dense", Hidden, Inner);
        AddLinear("bert.pooler.dense", Hidden, Hidden);
        AddLinear("classifier", 2, Hidden);
        foreach (var norm in new[] { "embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output" })
        {
            Add($"bert.{norm}.LayerNorm.weight", Hidden);
            Add($"bert.{norm}.LayerNorm.bias", Hidden);
        }
        writer.Write(Shell.Folder.Combine("hf/model.safetensors"));
    }
}
