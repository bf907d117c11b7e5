using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Files;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed import</c>, and what can be done with an imported model; its arithmetic is tested with the library.</summary>
internal sealed class ImportCommandTests
{
    private const int Hidden = 8, Inner = 12;

    private static readonly string[] _vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "bird", "dog", "fish", "horse", "river", "stone", "tree", "wolf", "finds",
        "hears", "likes", "passes", "sees", "again",
    ];

    private StageProgram _program = null!;

    [SetUp]
    public void Start()
    {
        _program = new StageProgram();
        SmallData.WriteText(_program.Folder);
        SmallData.WriteGlue(_program.Folder);
        WriteCheckpoint();
    }

    [TearDown]
    public void End() => _program.Dispose();

    [Test]
    public async Task An_imported_model_is_evaluated_exported_and_fine_tuned_as_any_other()
    {
        await Succeed("import", "hf=hf", "sequence_length=24");
        Assert.That(_program.Output, Does.StartWith("model  outputs/import/model: 1 x 8, vocabulary 20, ").And.Contain("head   outputs/import/adapters.safetensors: 2 classes"));
        await Succeed("evaluate", "adapters=outputs/import", "source=text", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1");
        Assert.That(_program.Output, Does.StartWith("task      sst2, 20 examples for evaluation"));
        await Succeed(
            "finetune", "name=lora", "mode=lora", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "finetune.steps=2",
            "finetune.lora.bias=all", "impl.threads=1");
        await Succeed("export-glue", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1");
        await Succeed("evaluate", "name=lora-score", "model=outputs/import/model", "adapters=outputs/lora/sst2/seed-0", "impl.threads=1");
        Assert.That(
            await _program.RunAsync("export-glue", "name=norm", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "prefix=norm"),
            Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.Contain("prefix is norm, and hf-bert begins with attention; give prefix=embedding"));
        string[] refused = ["evaluate", "name=twin", "adapters=outputs/import", "functions=polynomial", "polynomial.ranges=task", "impl.threads=1"];
        Assert.That(await _program.RunAsync(refused), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.Contain("no polynomials stand in for hf-bert's GELU and its norms after residual sums"));
    }

    /// <summary>tokenizer.json alone is enough, and its settings go with the model through fine-tuning to what it writes.</summary>
    [Test]
    public async Task A_tokenizers_settings_go_where_the_model_goes()
    {
        File.Delete(_program.Folder.Combine("hf/vocab.txt"));
        var vocabulary = _vocabulary.Select((token, id) => $"\"{token}\": {id}");
        _program.Folder.Write("hf/tokenizer.json", $$$"""
            {"normalizer": {"type": "BertNormalizer", "lowercase": false}, "pre_tokenizer": {"type": "BertPreTokenizer"},
             "model": {"type": "WordPiece", "vocab": { {{{string.Join(", ", vocabulary)}}} } } }
            """);
        await Succeed("import", "hf=hf", "sequence_length=24");
        await Succeed(
            "finetune", "name=full", "mode=full", "model=outputs/import/model", "eval/tasks=sst2", "data.glue=glue", "finetune.steps=1", "impl.threads=1");
        foreach (string folder in new[] { "outputs/import/model", "outputs/full/sst2/seed-0/model" })
            Assert.That(Checkpoint.Tokenizer(_program.Folder.Combine(folder)).EncodeToIds("The bird"), Is.EqualTo((int[])[1, 6]), folder);
        _program.Folder.Write("hf/tokenizer_config.json", """{"do_lower_case": true}""");
        Assert.That(await _program.RunAsync("import", "name=other", "hf=hf", "sequence_length=24"), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.Contain("tokenizer_config.json: do_lower_case is true, and ").And.Contain("tokenizer.json: normalizer.lowercase is false; make them agree"));
        Assert.That(Directory.Exists(_program.Folder.Combine("outputs/other")), Is.False);
    }

    [Test]
    public async Task The_same_architecture_is_pretrained()
    {
        await Succeed(
            "pretrain", "arch=hf-bert-tiny", "train=tiny", "arch.hidden=16", "arch.feed_forward=32", "arch.sequence_length=24",
            "train.steps=2", "train.held_out_fraction=0.1", "train.vocabulary_size=200", "data.text=[text.txt]", "impl.threads=1");
        Assert.That(_program.Output, Does.StartWith("model     outputs/pretrain/model: hf-bert-tiny, 2 x 16, vocabulary "));
    }

    [TestCase("none/vocab.txt", "hf=none")]
    [TestCase("other.txt", "hf=hf", "vocabulary=other.txt")]
    [TestCase("sequence_length is 128; the model has 24 positions", "hf=hf")]
    [TestCase("'sequence_length' is 2; it must be 4 to 4096", "hf=hf", "sequence_length=2")]
    [TestCase("21 tokens, the model knows 20", "hf=hf", "vocabulary=long.txt", "sequence_length=24")]
    public async Task Bad_input_is_one_line_and_exit_code_2_and_writes_nothing(string expected, params string[] words)
    {
        _program.Folder.Write("long.txt", string.Join('\n', [.. _vocabulary, "more"]) + "\n");
        Assert.That(await _program.RunAsync(["import", .. words]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.StartWith("error: ").And.Contain(expected));
        Assert.That(_program.Error.Count(character => character == '\n'), Is.EqualTo(1));
        Assert.That(Directory.Exists(_program.Folder.Combine("outputs")), Is.False);
    }

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await _program.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => _program.Error);

    private void WriteCheckpoint()
    {
        _program.Folder.Write("hf/vocab.txt", string.Join('\n', _vocabulary) + "\n");
        _program.Folder.Write(
            "hf/config.json",
            $$"""
            {"model_type": "bert", "hidden_act": "gelu", "vocab_size": {{_vocabulary.Length}}, "max_position_embeddings": {{SmallData.SequenceLength}},
             "type_vocab_size": 2, "hidden_size": {{Hidden}}, "intermediate_size": {{Inner}}, "num_hidden_layers": 1,
             "num_attention_heads": 2, "layer_norm_eps": 1e-12}
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
        Add("bert.embeddings.word_embeddings.weight", _vocabulary.Length, Hidden);
        Add("bert.embeddings.position_embeddings.weight", SmallData.SequenceLength, Hidden);
        Add("bert.embeddings.token_type_embeddings.weight", 2, Hidden);
        foreach (string projection in new[] { "query", "key", "value" })
            AddLinear($"bert.encoder.layer.0.attention.self.{projection}", Hidden, Hidden);
        AddLinear("bert.encoder.layer.0.attention.output.dense", Hidden, Hidden);
        AddLinear("bert.encoder.layer.0.intermediate.dense", Inner, Hidden);
        AddLinear("bert.encoder.layer.0.output.dense", Hidden, Inner);
        AddLinear("bert.pooler.dense", Hidden, Hidden);
        AddLinear("classifier", 2, Hidden);
        foreach (string norm in new[] { "embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output" })
        {
            Add($"bert.{norm}.LayerNorm.weight", Hidden);
            Add($"bert.{norm}.LayerNorm.bias", Hidden);
        }
        writer.Write(_program.Folder.Combine("hf/model.safetensors"));
    }
}
