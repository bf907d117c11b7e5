using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

/// <summary>
/// <c>crammed finetune mode=lora|full</c> through the program: what is left of runs that end early, and who reads the results.
/// </summary>
internal sealed class FinetuneCommandTests : ProgramTests
{
    private static string[] Model => [$"model={SmallRun.ModelFolder}", "impl.threads=1"];

    private static string[] Command => ["finetune", .. Model, $"data.glue={SmallRun.GlueFolder}", "eval/tasks=sst2"];

    [TestCase("lora")]
    [TestCase("full")]
    public async Task Evaluate_reads_what_was_written_and_finds_the_same_answers(string mode)
    {
        string[] words = ["name=tuned", "finetune.batch=8", "finetune.learning_rate=0.02", "finetune.epsilon=1e-8"];
        await Succeed([.. Command, $"mode={mode}", .. words]);
        await Succeed(["evaluate", .. Model, $"export={Folder(SmallRun.Sentiment.DevFolder)}", "adapters=outputs/tuned/sst2/seed-0"]);
        CsvFile own = new(Output("tuned/sst2/seed-0/predictions.csv")), evaluated = new(Output("evaluate/predictions.csv"));
        Assert.That(own.Texts("logit_1").Distinct().Count(), Is.GreaterThan(5));
        // The same products of float32 numbers, of size 1: some hundred roundings of 6e-8 where libtorch adds in another order.
        foreach (var logit in new[] { "logit_0", "logit_1" })
            Assert.That(evaluated.Numbers(logit), Is.EqualTo(own.Numbers(logit)).Within(1e-5));
        Assert.That(evaluated.Numbers("prediction"), Is.EqualTo(own.Numbers("prediction")));
        Assert.That(
            new CsvFile(Output("evaluate/metrics.csv")).Texts("value"),
            Is.EqualTo(new CsvFile(Output("tuned/summary.csv")).Texts("median")));
    }

    [Test]
    public async Task Evaluate_refuses_what_does_not_belong_together()
    {
        await Succeed([.. Command, "mode=lora", "name=tuned", "finetune.steps=1"]);
        var other = Shell.Folder.Combine("other");
        using (var model = new BertModel(SmallRun.Pretraining.Configuration, seed: 77))
            Checkpoint.Save(model, Checkpoint.Tokenizer(SmallRun.ModelFolder), other);
        string adapters = "adapters=outputs/tuned/sst2/seed-0", export = $"export={Folder(SmallRun.Sentiment.DevFolder)}";
        await Refuse(
            $"adapter_model.safetensors: was trained on another model than {other}; give the model that it was trained on",
            "evaluate", "model=other", export, adapters);
        await Refuse(
            "tensor 'base_model.model.head.classifier.weight' is [2, 8], expected [1, 8]",
            "evaluate", Model[0], $"export={Folder(SmallRun.Similarity.DevFolder)}", adapters);
        await Refuse(
            "outputs/tuned: has neither adapter_config.json nor model/; name the folder TASK/seed-N",
            "evaluate", Model[0], export, "adapters=outputs/tuned");
        var settings = Path.Combine(other, "tokenizer_config.json");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("case\": true", "case\": false"));
        await Refuse("was exported with another tokenizer than", "evaluate", "model=other", export, adapters);
    }

    [Test]
    public async Task A_diverging_run_keeps_its_last_finite_state_and_says_where()
    {
        string[] words = ["mode=full", "name=wild", "finetune.steps=400", "finetune.batch=8", "finetune.learning_rate=10", "seeds=2"];
        Assert.That(await Shell.RunAsync([.. Command, .. words]), Is.EqualTo(ExitCode.BadInput), Shell.Error);
        var last = Shell.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.That(last, Does.Match(
            @"^error: sst2, seed 0: the (loss|norm of the gradient) is (NaN|Infinity) at step \d+; "
            + @"lower the learning rate or raise epsilon; the state before it is in outputs/wild/sst2/seed-0$"));
        // Reading a checkpoint or a head refuses values that are not finite.
        using var model = Checkpoint.Load(Output("wild/sst2/seed-0/model"));
        TrainedWeights.Read(Output("wild/sst2/seed-0/adapters.safetensors"));
        Assert.That(new CsvFile(Output("wild/sst2/seed-0/losses.csv")).Numbers("loss"), Is.All.Matches<double>(double.IsFinite));
        Assert.That(Directory.Exists(Output("wild/sst2/seed-1")), Is.False);
        Assert.That(new CsvFile(Output("wild/summary.csv")).Texts("task"), Is.Empty);
    }

    [Test]
    public async Task A_diverging_run_of_a_draw_keeps_its_last_finite_state_too()
    {
        string[] words =
        [
            "name=wild", "eval.finetune.steps=2000", "eval.finetune.batch=8", "eval.finetune.learning_rate=10",
            "eval.finetune.epsilon=1e-12",
        ];
        var export = $"export={Folder(SmallRun.Sentiment.TrainFolder)}";
        var code = await Shell.RunAsync(["finetune", .. Model, export, "eval/tasks=sst2", .. words]);
        Assert.That(code, Is.EqualTo(ExitCode.BadInput), Shell.Error);
        Assert.That(Shell.Error.TrimEnd('\n').Split('\n')[^1], Does.Match(
            @"^error: draw of seed 0: the (loss|norm of the gradient) is (NaN|Infinity) at step \d+; "
            + @"lower the learning rate or raise epsilon; the state before it is in outputs/wild/adapters\.safetensors$"));
        TrainedWeights.Read(Output("wild/adapters.safetensors"));
        Assert.That(new CsvFile(Output("wild/metrics.csv")).Numbers("loss"), Is.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public async Task An_interrupted_run_keeps_the_seeds_that_ended()
    {
        string[] words = ["mode=lora", "name=long", "finetune.steps=5", "finetune.batch=8", "seeds=1000"];
        var run = Task.Run(() => Shell.RunAsync([.. Command, .. words]));
        while (!Directory.Exists(Output("long/sst2/seed-1")) && !run.IsCompleted)
            await Task.Delay(5);
        Shell.Interrupts.OnSignal(ExitCode.Interrupted);
        Assert.That(await run, Is.EqualTo(ExitCode.Interrupted), Shell.Error);
        var last = Shell.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.That(last, Does.Match(
            @"^interrupted: kept \d+ complete runs? in outputs/long \(summary\.csv, metrics\.csv\)"
            + @"(, and step \d of sst2, seed \d+, in outputs/long/sst2/seed-\d+)?$"));
        var complete = int.Parse(last.Split(' ')[2]);
        Assert.That(complete, Is.GreaterThanOrEqualTo(1).And.LessThan(1000));
        Assert.That(new CsvFile(Output("long/summary.csv")).Numbers("seeds"), Is.EqualTo(new[] { complete }));
        for (var seed = 0; seed < complete; seed++)
            Assert.That(File.Exists(Output($"long/sst2/seed-{seed}/predictions.csv")), $"seed {seed}");
    }

    private async Task Refuse(string expected, params string[] arguments)
    {
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput), Shell.Error);
        Assert.That(Shell.Error.TrimEnd('\n'), Does.StartWith("error: ").And.Contain(expected).And.Not.Contain("\n"));
        Assert.That(Directory.Exists(Output("evaluate")), Is.False);
    }

    private string Output(string path) => Shell.Folder.Combine($"outputs/{path}");

    private static string Folder(string file) => Path.GetDirectoryName(file)!;

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);
}
