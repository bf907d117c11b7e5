using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Containers;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

/// <summary>
/// A plan's programs on clear slots, <c>crammed finetune</c> and <c>evaluate fhe=disable|simulate</c>, beside libtorch in plaintext.
/// </summary>
internal sealed class PlannedFinetuneTests : ProgramTests
{
    /// <summary>
    /// Losses of programs and of libtorch in float64 differ by polynomials: the inverse roots and the kernel are within some 2^-10 of their
    /// functions relative to their values, weights in programs are float32, and six updates feed that back.
    /// </summary>
    private const double LossTolerance = 5e-3;

    private static string[] Planned => [$"plan={PlannedRun.Plan}", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}"];

    [Test]
    public async Task Clear_slots_train_as_plaintext_does()
    {
        await Succeed(["finetune", "fhe=disable", .. Planned, $"draw={PlannedRun.Draw}"]);
        await Succeed(["finetune", "name=plaintext", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}", $"draw={PlannedRun.Draw}"]);
        var (clear, plain) = (Losses("finetune"), Losses("plaintext"));
        Assert.That(clear, Has.Length.EqualTo(PlannedRun.FineTuning.Steps));
        Assert.That(plain.Max() - plain.Min(), Is.GreaterThan(LossTolerance), "the loss moves by more than it may be off");
        Assert.That(clear, Is.EqualTo(plain).Within(LossTolerance));
        var draw = FineTuningDraw.Read(PlannedRun.Draw);
        var start = TrainedWeights.Initial(draw).Values;
        var (trained, expected) = (Weights("finetune"), Weights("plaintext"));
        double moved = 0, apart = 0;
        foreach (var (name, values) in expected)
        {
            moved += values.Zip(start[name], (x, y) => (x - y) * (x - y)).Sum();
            apart += values.Zip(trained[name], (x, y) => (x - y) * (x - y)).Sum();
        }
        // Adam divides by the root of a gradient's square, so that small gradients, whose errors are relatively larger, move as far as large ones.
        Assert.That(Math.Sqrt(apart / moved), Is.LessThan(1.0 / 16));
    }

    /// <summary>Half of a step's examples in the slots: the same step, in two micro-batches.</summary>
    [Test]
    public async Task A_step_batch_by_batch_trains_as_plaintext_does()
    {
        string[] data = [$"model={PlannedRun.Model}", $"export={PlannedRun.Export}", $"draw={PlannedRun.Draw}"];
        await Succeed(["plan", "name=halves", "batch=4", "he.parameters=insecure-N12", "he.refresh=client", .. data, .. PlannedRun.Quick]);
        Assert.That(
            PlanFolder.Open(Output("halves")).Training.Inputs.Select(input => input.Name),
            Is.SupersetOf(new[] { "embedding", "batch2.embedding", "labels", "batch2.labels" }));
        await Succeed(["finetune", "name=clear", "fhe=disable", "plan=outputs/halves", .. data]);
        await Succeed(["finetune", "name=plaintext", .. data]);
        Assert.That(Losses("clear"), Is.EqualTo(Losses("plaintext")).Within(LossTolerance));
        await Succeed(["evaluate", "name=scored", "fhe=disable", "plan=outputs/halves", .. data[..2], "adapters=outputs/clear/adapters.safetensors", "dev_limit=6"]);
        Assert.That(Shell.Output, Does.Contain("the first 6 examples"));
    }

    [Test]
    public async Task Noise_moves_the_losses_a_little_and_the_seed_decides_how()
    {
        await Succeed(["finetune", "name=clear", "fhe=disable", .. Planned, $"draw={PlannedRun.Draw}"]);
        foreach (var (name, seed) in new[] { ("first", 1), ("same", 1), ("other", 2) })
            await Succeed(["finetune", $"name={name}", "fhe=simulate", $"noise_seed={seed}", .. Planned, $"draw={PlannedRun.Draw}"]);
        Assert.That(Losses("same"), Is.EqualTo(Losses("first")));
        Assert.That(Losses("other"), Is.Not.EqualTo(Losses("first")));
        Assert.That(Losses("first"), Is.Not.EqualTo(Losses("clear")));
        Assert.That(Losses("first"), Is.EqualTo(Losses("clear")).Within(LossTolerance));
    }

    [Test]
    public async Task Clear_slots_score_as_plaintext_does()
    {
        await Succeed(["finetune", "name=plaintext", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}", $"draw={PlannedRun.Draw}"]);
        const string Adapters = "adapters=outputs/plaintext/adapters.safetensors";
        await Succeed(["evaluate", "name=exact", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}", Adapters]);
        await Succeed(["evaluate", "name=clear", "fhe=disable", .. Planned, Adapters, "dev_limit=16"]);
        Assert.That(Shell.Output, Does.Contain("sst2, the first 16 examples for evaluation, on clear slots"));
        var file = new CsvFile(Output("exact/predictions.csv"));
        var answers = file.Numbers("prediction").Zip(file.Numbers("label")).Take(16).Count(pair => pair.First == pair.Second) / 16.0;
        Assert.That(Shell.Output, Does.Contain($"accuracy  {answers.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)} "));
    }

    /// <summary>A plan whose bootstraps and polynomials know nothing of such values.</summary>
    [Test]
    public async Task A_value_out_of_its_domain_is_named_with_the_tensor()
    {
        var draw = FineTuningDraw.Read(PlannedRun.Draw);
        var weights = TrainedWeights.Initial(draw);
        var values = weights.Values.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Select(value => 1000 * value + 10).ToArray());
        new TrainedWeights(weights.Settings, weights.Shape, values).Write(Shell.Folder.Combine("large.safetensors"));
        await Refuse("is beyond the range of", ["evaluate", "fhe=disable", .. Planned, "adapters=large.safetensors", "dev_limit=8"]);
        var named = PlanFolder.Open(PlannedRun.Plan).Evaluation.Instructions.SelectMany(instruction => instruction.Results)
            .Select(value => value.Name);
        Assert.That(named.Any(name => Shell.Error.Contains($"examples 1 to 8: {name}: ")), Shell.Error);
    }

    [Test]
    public async Task What_does_not_belong_to_the_plan_is_refused_in_one_line()
    {
        await Succeed(["draw", "name=other", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}", "eval/tasks=sst2", "eval.finetune.batch=8"]);
        await Refuse("was planned for a draw of other hyperparameters or sizes",
            ["finetune", "name=wrong", "fhe=disable", .. Planned, "draw=outputs/other/draw.safetensors"]);
        await Refuse("is not what", [
            "finetune", "name=wrong", "fhe=disable", $"plan={PlannedRun.Plan}", $"model={SmallRun.ModelFolder}", $"export={PlannedRun.Export}",
            $"draw={PlannedRun.Draw}",
        ]);
        await Refuse("none' is no plan", ["finetune", "name=wrong", "fhe=disable", "plan=none", $"draw={PlannedRun.Draw}"]);
    }

    /// <summary>Every stage is kept with what it was made from.</summary>
    [Test]
    public async Task One_command_makes_everything_and_a_second_call_keeps_it()
    {
        string[] command =
        [
            "finetune", "name=all", "fhe=disable", $"model={PlannedRun.Model}", "eval/tasks=sst2", $"data.glue={PlannedRun.GlueFolder}", "dev_limit=20",
            "he.parameters=insecure-N12", "eval.finetune.steps=2", "eval.finetune.batch=8", .. PlannedRun.Quick.Select(word => $"planning.{word}"),
        ];
        await Succeed(command);
        Assert.That(Shell.Output, Does.Match(@"sst2 +accuracy [0-9.]+ ± [0-9.]+ \(chance: [0-9.]+\); loss [0-9.]+ to [0-9.]+ in 2 steps"));
        var plan = File.ReadAllBytes(Output("all/sst2/plan/training.txt"));
        var report = File.ReadAllText(Output("all/sst2/report.md"));
        Assert.That(report, Does.Contain("# Fine-tuning on clear slots: all").And.Contain("## Loss, step by step").And.Contain("## Where the time went"));
        await Succeed(command);
        foreach (var stage in new[] { "draw", "plan", "finetune (clear slots)" })
            Assert.That(Shell.Error, Does.Contain($"== {stage}: kept"));
        Assert.That(File.ReadAllBytes(Output("all/sst2/plan/training.txt")), Is.EqualTo(plan));
        await Refuse("outputs/all/sst2/config.yaml was made with planning.seed = 1, and this run has 2", [.. command, "planning.seed=2"]);
        File.Delete(Output("all/sst2/draw.safetensors"));
        await Succeed([.. command, "--overwrite"]);
        Assert.That(Shell.Error, Does.Not.Contain("kept"));
    }

    private double[] Losses(string run) => [.. FineTuningStep.Read(Output($"{run}/{StageFiles.Metrics}")).Select(step => step.Loss)];

    private IReadOnlyDictionary<string, double[]> Weights(string run) => TrainedWeights.Read(Output($"{run}/{StageFiles.Adapters}")).Values;

    private string Output(string path) => Shell.Folder.Combine($"outputs/{path}");

    private async Task Succeed(string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);

    private async Task Refuse(string message, string[] arguments)
    {
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput), () => Shell.Error);
        var errors = Shell.Error.TrimEnd('\n').Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal)).ToArray();
        Assert.That(errors, Has.Length.EqualTo(1));
        Assert.That(errors[0], Does.Contain(message));
    }
}
