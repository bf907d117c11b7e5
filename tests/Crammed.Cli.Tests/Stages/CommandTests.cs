using System.Text.Json.Nodes;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Tests.Stages;

/// <summary>The plaintext commands through the program, as a user types them.</summary>
internal sealed class CommandTests : ProgramTests
{
    private static readonly string[] SmallModel =
    [
        "arch.hidden=16", "arch.feed_forward=32", $"arch.sequence_length={SmallData.SequenceLength}", "arch.head_projection=4",
        "arch.head_hidden=8", "train.steps=2", "train.batch=4", "train.document_batch=4",
        "train.held_out_fraction=0.1", "train.vocabulary_size=200", "data.text=[text.txt]", "impl.threads=1",
    ];

    [SetUp]
    public void Start()
    {
        SmallData.WriteText(Shell.Folder);
        SmallData.WriteGlue(Shell.Folder);
    }

    [Test]
    public async Task The_commands_follow_one_another_with_their_defaults()
    {
        await Succeed(["pretrain", .. SmallModel]);
        Assert.That(Shell.Output, Does.StartWith("model     outputs/pretrain/model: crammed-bert-he, 1 x 16, vocabulary "));
        await Succeed("export-glue", "eval/tasks=sst2", "data.glue=glue", "train_limit=32", "impl.threads=1");
        Assert.That(Shell.Output, Does.Contain("32 for training, 20 for evaluation").And.Contain("outputs/export/train and dev"));
        await Succeed("draw", "eval/tasks=sst2", "eval.finetune.batch=8", "eval.finetune.steps=3", "eval.finetune.seed=7");
        Assert.That(Shell.Output, Does.Contain("3 steps of 8 from 32 examples, learning rate 0.0085, epsilon 0.0008, seed 7"));
        await Succeed("finetune", "draw=outputs/draw/draw.safetensors", "impl.threads=1");
        Assert.That(Shell.Output, Does.Contain("loss     0.693147 at step 1, "));
        Assert.That(
            File.ReadAllBytes(Shell.Folder.Combine("outputs/finetune/draw.safetensors")),
            Is.EqualTo(File.ReadAllBytes(Shell.Folder.Combine("outputs/draw/draw.safetensors"))));
        await Succeed("evaluate", "impl.threads=1");
        Assert.That(Shell.Output, Does.StartWith("task      sst2, 20 examples for evaluation").And.Contain("(chance: "));
        await Succeed("evaluate", "name=before", "adapters=null", "draw=outputs/draw/draw.safetensors", "impl.threads=1");
        Assert.That(new CsvFile(Shell.Folder.Combine("outputs/before/predictions.csv")).Numbers("logit_1"), Is.All.Zero);
        await Succeed("evaluate", "name=twin", "functions=polynomial", "noise_bits=30", "polynomial.out_of_range=report", "impl.threads=1");
        Assert.That(Shell.Output, Does.Contain(" with the true functions, ").And.Contain("noise of 2^-30 a product"));
        Assert.That(Shell.Output, Does.Contain("\nhead.tanh.input "));
        await Succeed(
            "finetune", "name=full", "mode=full", "eval/tasks=sst2,stsb", "data.glue=glue", "finetune.steps=2", "finetune.batch=8",
            "seeds=2", "impl.threads=1");
        Assert.That(Shell.Output, Does.StartWith("sst2   accuracy ").And.Contain("over 2 seeds").And.Contain("\nstsb   pearson "));
        Assert.That(
            new CsvFile(Shell.Folder.Combine("outputs/full/summary.csv")).Texts("metric"),
            Is.EqualTo(new[] { "accuracy", "pearson", "spearmanr" }));
        Assert.That(File.Exists(Shell.Folder.Combine("outputs/full/stsb/seed-1/model/model.safetensors")));
        const string seed = "outputs/full/sst2/seed-1";
        string[] changed = ["evaluate", $"model={seed}/model", $"adapters={seed}/adapters.safetensors", "source=text", "eval/tasks=sst2",
            "data.glue=glue", "functions=polynomial", "impl.threads=1"];
        Assert.That(await Shell.RunAsync([.. changed, "name=uncalibrated"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.EndWith("after full fine-tuning give polynomial.ranges=task\n"));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs/uncalibrated")), Is.False);
        await Succeed([.. changed, "name=changed", "polynomial.ranges=task"]);
        // Fine-tuning predicted without the padding, in float32.
        var expected = new CsvFile(Shell.Folder.Combine($"{seed}/predictions.csv")).Numbers("logit_1");
        Assert.That(
            new CsvFile(Shell.Folder.Combine("outputs/changed/predictions.csv")).Numbers("logit_1"), Is.EqualTo(expected).Within(1e-5));
        await Succeed("finetune", "name=lora", "mode=lora", "eval/tasks=sst2", "data.glue=glue", "train_limit=16", "impl.threads=1");
        string[] files = ["adapter_config.json", "adapter_model.safetensors", "losses.csv", "predictions.csv"];
        Assert.That(
            Directory.GetFiles(Shell.Folder.Combine("outputs/lora/sst2/seed-0")).Select(Path.GetFileName), Is.EquivalentTo(files));
        foreach (var name in new[] { "pretrain", "export", "draw", "finetune", "evaluate", "full" })
            Assert.That(File.Exists(Shell.Folder.Combine($"outputs/{name}/config.yaml")), name);
    }

    [Test]
    public async Task A_value_outside_its_polynomial_s_domain_is_one_line_or_counted()
    {
        var draw = DrawStage.Load(SmallRun.DrawInput(SmallRun.Sentiment)).Run(Shell.Folder.Path);
        var model = Shell.Folder.Combine("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(SmallRun.ModelFolder))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        var calibration = Path.Combine(model, "calibration.json");
        var ranges = JsonNode.Parse(File.ReadAllText(calibration))!;
        var range = ranges["all_token_ranges"]!["final_norm.variance"]!;
        ranges["margin"] = 1;
        range["max"] = range["min"]!.GetValue<double>() * 1.01;
        File.WriteAllText(calibration, ranges.ToJsonString());
        string[] arguments =
        [
            "evaluate", "model=model", $"export={Path.GetDirectoryName(SmallRun.Sentiment.DevFolder)}", "adapters=null",
            $"draw={draw.DrawFile}", "functions=polynomial", "impl.threads=1",
        ];
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Match(
            @"^error: final_norm\.variance: value \S+ is outside the calibrated domain \[.*\]; calibrate on text closer to this data or widen "
            + @"the margin, or count such values with polynomial\.out_of_range=report; .*outputs/evaluate/calibration\.json\n$"));
        await Succeed([.. arguments, "name=counted", "polynomial.out_of_range=report"]);
        Assert.That(Shell.Output, Does.Match(@"\nfinal_norm\.variance .* values outside\n"));
        Assert.That(new CsvFile(Shell.Folder.Combine("outputs/counted/ranges.csv")).Numbers("outside").Sum(), Is.Positive);
    }

    [TestCase("none.txt: there is no such file or folder", "pretrain", "data.text=[none.txt]")]
    [TestCase("no file has such a name", "pretrain", "data.text=[./*.text]")]
    [TestCase("text: there is no such folder", "pretrain", "data=wikipedia-books")]
    [TestCase("there is no such file or folder", "pretrain", "data=textdir")]
    [TestCase("no .txt, .txt.gz or .parquet file", "pretrain", "data=textdir", "data.folder=glue")]
    [TestCase("no file has such a name", "pretrain", "data=parquet", "data.folder=.")]
    [TestCase("'data.columns' is empty; name at least one column of text", "pretrain", "data=parquet", "data.columns=[]")]
    [TestCase("vocab.txt", "pretrain", "data.vocabulary=vocab.txt")]
    [TestCase("WordNet's folder does not exist", "pretrain", "data.text=[wordnet]", "data.wordnet=none")]
    [TestCase("model/config.json: not found; a model is a folder that", "export-glue", "eval/tasks=sst2", "data.glue=glue")]
    [TestCase("Task 'sst2' needs its files: give the folder (data.glue)", "export-glue", "eval/tasks=sst2")]
    [TestCase("none: the folder of tasks does not exist", "export-glue", "eval/tasks=sst2", "data.glue=none")]
    [TestCase("the group 'eval/tasks' has no choice 'sst3'", "export-glue", "eval/tasks=sst3")]
    [TestCase("outputs/export/train: not found; crammed export-glue writes it", "draw")]
    [TestCase("outputs/export/train: not found; crammed export-glue writes it", "finetune")]
    [TestCase("limit the export instead: crammed export-glue train_limit=100", "draw", "eval.finetune.train_limit=100")]
    [TestCase("outputs/finetune/adapters.safetensors: not found; crammed finetune writes it", "evaluate")]
    [TestCase("several eval/tasks are given", "finetune", "eval/tasks=sst2,stsb")]
    [TestCase("names a choice twice", "finetune", "mode=full", "eval/tasks=sst2,sst2")]
    [TestCase("'finetune.betas' has 1 values", "finetune", "mode=full", "finetune.betas=[0.9]")]
    [TestCase("'finetune.lora.rank' is 0; it must be 1 to 256", "finetune", "mode=lora", "finetune.lora.rank=0")]
    [TestCase("'adapters' and draw are both null; give one of them", "evaluate", "adapters=null")]
    [TestCase("override 'noise_bits=20': nothing reads 'noise_bits' in this run; it is read with functions=polynomial", "evaluate", "noise_bits=20")]
    [TestCase("nothing reads 'eval.finetune.steps' in this run; it is read with draw=null", "finetune", "draw=p", "eval.finetune.steps=9")]
    [TestCase("nothing reads 'eval.finetune.rank' in this run; it is read with mode=adapters", "finetune", "mode=lora", "eval.finetune.rank=8")]
    [TestCase("nothing reads 'finetune' in this run; it is read with mode=lora or mode=full", "finetune", "finetune=GLUE_sane")]
    [TestCase("nothing reads 'finetune.lora.rank' in this run; it is read with mode=lora or mode=full", "finetune", "finetune.lora.rank=3")]
    [TestCase("nothing reads 'seeds' in this run; it is read with mode=lora or mode=full", "finetune", "seeds=3")]
    [TestCase("nothing reads 'export' in this run; it is read with mode=adapters", "finetune", "mode=full", "export=outputs/x")]
    [TestCase("nothing reads 'eval.encrypted_examples' in this run; leave it out", "draw", "eval.encrypted_examples=3")]
    [TestCase("nothing reads 'eval.tasks' in this run; it is read with source=text", "evaluate", "eval/tasks=rte")]
    [TestCase("nothing reads 'keys' in this run; it is read with fhe=execute", "evaluate", "keys=outputs/keys")]
    [TestCase("nothing reads the key 'he.fhe'", "demo", "he.fhe=disable")]
    [TestCase("'fhe' is 'simulated'; it must be disable | simulate | execute, or null", "finetune", "fhe=simulated")]
    [TestCase("nothing reads 'plan' in this run; it is read with fhe other than null", "finetune", "plan=p")]
    [TestCase("nothing reads 'container' in this run; it is read with fhe=execute", "finetune", "fhe=disable", "plan=p", "draw=d", "container=c")]
    [TestCase("nothing reads 'keys' in this run; it is read with plan other than null", "finetune", "fhe=execute", "keys=k")]
    [TestCase("nothing reads 'noise_seed' in this run; it is read with fhe=simulate", "finetune", "fhe=disable", "noise_seed=3")]
    [TestCase("nothing reads 'he.parameters' in this run; it is read with plan=null", "finetune", "fhe=disable", "plan=p", "draw=d", "he.parameters=N14QP428")]
    [TestCase("nothing reads 'planning.search' in this run; it is read with fhe other than null", "finetune", "planning.search=9")]
    [TestCase("nothing reads 'train_limit' in this run; it is read with plan=null", "finetune", "fhe=disable", "plan=p", "draw=d", "train_limit=9")]
    [TestCase("nothing reads 'draw' in this run; it is read with fhe=null or plan other than null", "finetune", "fhe=disable", "draw=d")]
    [TestCase("'draw' is null; a plan's programs train by the draw that was planned", "finetune", "fhe=disable", "plan=p")]
    [TestCase("'container' is null; give the plan's container", "finetune", "fhe=execute", "plan=p", "draw=d", "keys=k")]
    [TestCase("'keys' is null; give the plan's keys", "finetune", "fhe=execute", "plan=p", "draw=d", "container=c")]
    [TestCase("'mode' is lora; fhe=disable trains adapters and head", "finetune", "fhe=disable", "mode=lora")]
    [TestCase("has no glue folder, which the task rte needs", "finetune", "fhe=execute", "eval/tasks=rte")]
    [TestCase("nothing reads 'eval.finetune.steps' in this run; it is read with he.refresh=client", "demo", "he.refresh=bootstrap", "eval.finetune.steps=3")]
    [TestCase("nothing reads 'bootstrap.steps' in this run; it is read with he.refresh=bootstrap", "demo", "bootstrap.steps=3")]
    [TestCase("nothing reads 'adapters' in this run; it is read with fhe other than execute", "evaluate", "fhe=execute", "adapters=a")]
    [TestCase("'noise_bits' is 0.5; it must be 1 to 60", "evaluate", "functions=polynomial", "noise_bits=0.5")]
    [TestCase("'polynomial.parameters' is N1; the parameter sets are ", "evaluate", "functions=polynomial", "polynomial.parameters=N1")]
    [TestCase("'fhe' is execute, which evaluates a plan's polynomials on an export", "evaluate", "fhe=execute", "functions=polynomial")]
    [TestCase("'draw' is p and adapters is outputs/finetune/adapters.safetensors; set one of them to null", "evaluate", "draw=p")]
    public async Task Bad_input_is_one_line_and_exit_code_2_and_writes_nothing(string expected, params string[] arguments)
    {
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput));
        string[] lines = [.. Shell.Error.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("reading text:"))];
        Assert.That(lines, Has.Length.EqualTo(1));
        Assert.That(lines[0], Does.StartWith("error: ").And.Contain(expected));
        Assert.That(Shell.Output, Is.Empty);
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
    }

    [Test]
    public async Task A_missing_plan_is_named_before_an_encrypted_run_starts()
    {
        var export = Path.GetDirectoryName(SmallRun.Sentiment.DevFolder)!;
        Assert.That(
            await Shell.RunAsync("evaluate", "fhe=execute", $"export={export}", "plan=none", "container=none", "keys=none"),
            Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.StartWith("error: ").And.Contain("'none' is no plan").Or.Contain("none' is no plan"));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
    }

    [Test]
    public async Task A_second_start_takes_the_cached_tokens_and_learns_the_same()
    {
        await Succeed(["pretrain", .. SmallModel, "data=textdir", "name=first"]);
        Assert.That(Shell.Error, Does.Contain("280 duplicates left out").And.Not.Contain("from the cache"));
        await Succeed(["pretrain", .. SmallModel, "data=textdir", "name=second"]);
        Assert.That(Shell.Error, Does.Contain("280 duplicates left out").And.Contain("from the cache"));
        byte[][] weights = [.. new[] { "first", "second" }.Select(
            name => File.ReadAllBytes(Shell.Folder.Combine($"outputs/{name}/model/model.safetensors")))];
        Assert.That(weights[1], Is.EqualTo(weights[0]));
    }

    [Test]
    public async Task An_earlier_run_survives_bad_input_and_is_no_input_of_its_successor()
    {
        await Succeed(["pretrain", .. SmallModel]);
        var weights = File.ReadAllBytes(Shell.Folder.Combine("outputs/pretrain/model/model.safetensors"));
        string[][] attempts =
        [
            ["pretrain", .. SmallModel],
            ["pretrain", .. SmallModel, "data.text=[none.txt]", "--overwrite"],
            ["export-glue", "name=pretrain", "eval/tasks=sst2", "data.glue=glue", "--overwrite"],
        ];
        foreach (var attempt in attempts)
        {
            Assert.That(await Shell.RunAsync(attempt), Is.EqualTo(ExitCode.BadInput));
            Assert.That(File.ReadAllBytes(Shell.Folder.Combine("outputs/pretrain/model/model.safetensors")), Is.EqualTo(weights));
        }
        Assert.That(Shell.Error, Does.Contain("error: outputs/pretrain holds the input").And.Contain("choose another name="));
    }

    [Test]
    public async Task Another_task_than_the_exports_is_refused_with_what_to_type()
    {
        string[] arguments = ["finetune", $"model={SmallRun.ModelFolder}", $"export={Path.GetDirectoryName(SmallRun.Sentiment.TrainFolder)}"];
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Is.EqualTo(
            $"error: {SmallRun.Sentiment.TrainFolder} holds the task sst2, and eval/tasks is wordnet-living; give eval/tasks=sst2\n"));
    }

    [Test]
    public async Task A_damaged_export_is_refused()
    {
        var path = Path.Combine(SmallRun.Copy(SmallRun.Sentiment.DevFolder, Shell.Folder.Combine("dev")), "part-00000.parquet");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        var draw = DrawStage.Load(SmallRun.DrawInput(SmallRun.Sentiment)).Run(Shell.Folder.Path);
        var code = await Shell.RunAsync(
            "evaluate", $"model={SmallRun.ModelFolder}", "export=.", "adapters=null", $"draw={draw.DrawFile}");
        Assert.That(code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.StartWith($"error: {path}: is damaged"));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
    }

    [Test]
    public async Task An_interrupted_pretraining_ends_with_130_and_says_how_to_go_on()
    {
        var configuration = Shell.Folder.Combine("outputs/long/config.yaml");
        var run = Task.Run(() => Shell.RunAsync(["pretrain", .. SmallModel, "train.steps=1000000", "name=long"]));
        while (!File.Exists(configuration) && !run.IsCompleted)
            await Task.Delay(20);
        Shell.Interrupts.OnSignal(ExitCode.Interrupted);
        Assert.That(await run, Is.EqualTo(ExitCode.Interrupted), Shell.Error);
        Assert.That(Shell.Error, Does.Match(
            @"interrupted: kept step \d+ in outputs/long/checkpoints/step-\d{9}\.safetensors; "
            + @"to go on, repeat the command with resume=outputs/long\n$"));
        Assert.That(
            Directory.GetFileSystemEntries(Path.GetDirectoryName(configuration)!),
            Is.EquivalentTo(new[] { configuration, Shell.Folder.Combine("outputs/long/checkpoints") }));
    }

    /// <summary>The earlier half is made by a run that was interrupted, here by dropping the later of two checkpoints.</summary>
    [Test]
    public async Task A_resumed_pretraining_ends_like_an_uninterrupted_one()
    {
        string[] command = ["pretrain", .. SmallModel, "train.steps=6", "checkpoint_minutes=1e-9"];
        await Succeed([.. command, "name=whole"]);
        await Succeed([.. command, "name=parts"]);
        var parts = Shell.Folder.Combine("outputs/parts");
        File.Delete(Path.Combine(parts, "checkpoints/step-000000006.safetensors"));
        Directory.Delete(Path.Combine(parts, "model"), recursive: true);
        await Succeed([.. command, "name=parts", "resume=outputs/parts"]);
        foreach (var file in new[] { "model/model.safetensors", "model/calibration.json", "model/vocab.txt" })
        {
            var expected = File.ReadAllBytes(Shell.Folder.Combine($"outputs/whole/{file}"));
            Assert.That(File.ReadAllBytes(Path.Combine(parts, file)), Is.EqualTo(expected), file);
        }
        var one = new CsvFile(Shell.Folder.Combine("outputs/whole/metrics.csv"));
        var two = new CsvFile(Path.Combine(parts, "metrics.csv"));
        foreach (var column in one.Header.Split(',').Where(column => column != "seconds"))
            Assert.That(two.Texts(column), Is.EqualTo(one.Texts(column)), column);

        await Succeed([.. command, "name=elsewhere", "resume=outputs/parts"]);
        Assert.That(File.Exists(Shell.Folder.Combine("outputs/elsewhere/model/model.safetensors")));
        Assert.That(File.Exists(Path.Combine(parts, "model/model.safetensors")));
    }

    [TestCase("made with train.learning_rate = 0.007, and this run has 0.1", "resume=outputs/pretrain", "train.learning_rate=0.1")]
    [TestCase("made with model.layers = 1, and this run has 2", "resume=outputs/pretrain", "arch.layers=2")]
    [TestCase("'resume' is outputs/none, where there is no checkpoints/step-*.safetensors", "resume=outputs/none")]
    [TestCase("already holds a run", "train.steps=2")]
    [TestCase("'impl.device' is cuda, and libtorch finds no such device; give impl.device=cpu, or see docs/libtorch.md", "impl.device=cuda")]
    public async Task What_cannot_be_resumed_or_started_is_one_line_and_changes_nothing(string expected, params string[] words)
    {
        await Succeed(["pretrain", .. SmallModel]);
        var files = Directory.GetFiles(Shell.Folder.Combine("outputs"), "*", SearchOption.AllDirectories);
        byte[][] before = [.. files.Select(File.ReadAllBytes)];
        Assert.That(await Shell.RunAsync(["pretrain", .. SmallModel, .. words]), Is.EqualTo(ExitCode.BadInput));
        string[] lines = [.. Shell.Error.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("reading text:"))];
        Assert.That(lines, Has.Length.EqualTo(1));
        Assert.That(lines[0], Does.StartWith("error: ").And.Contain(expected));
        Assert.That(Directory.GetFiles(Shell.Folder.Combine("outputs"), "*", SearchOption.AllDirectories), Is.EquivalentTo(files));
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(before));
    }

    [Test]
    public async Task A_diverging_pretraining_says_where_and_what_to_try()
    {
        var code = await Shell.RunAsync(
        [
            "pretrain", .. SmallModel, "train.steps=500", "train.learning_rate=1", "train.clip_norm=1e30", "train.penalty.kernel_weight=0",
            "train.penalty.variance_weight=0", "train.penalty.residual_weight=0",
        ]);
        Assert.That(code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Match(
            @"error: the .* at step \d+; lower the learning rate, .*; "
            + @"the state before it is in outputs/pretrain/checkpoints/step-\d{9}\.safetensors\n$"));
    }

    [TestCase("pretrain", "arch=", "train.budget_seconds")]
    [TestCase("export-glue", "eval/tasks=", "train_limit")]
    [TestCase("draw", "eval=", "eval.finetune.steps")]
    [TestCase("finetune", "eval=", "adapters | lora | full")]
    [TestCase("evaluate", "impl=", "adapters")]
    public async Task Help_names_groups_keys_and_examples(string command, string group, string key)
    {
        await Succeed(command, "--help");
        Assert.That(Shell.Output, Does.Contain(group).And.Contain(key).And.Contain($"  crammed {command}\n"));
    }

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);
}
