using Crammed.Cli.Hosting;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Multirun;

/// <summary><c>--multirun</c>, as a user types it, with models of seconds.</summary>
internal sealed class MultirunTests : ProgramTests
{
    private static readonly string[] Pretrain =
    [
        "pretrain", "--multirun", "name=sweep", "arch=tiny", "train=tiny", "arch.hidden=16", "arch.sequence_length=24", "train.steps=3",
        "train.held_out_fraction=0.1", "train.vocabulary_size=200", "data.text=[text.txt]", "data.cache=null", "impl.threads=1",
    ];

    [SetUp]
    public void Start()
    {
        SmallData.WriteText(Shell.Folder);
        SmallData.WriteGlue(Shell.Folder);
    }

    [Test]
    public async Task Every_combination_runs_into_one_table_and_what_is_complete_is_not_run_again()
    {
        string[] sweep = [.. Pretrain, "--jobs", "2", "train.learning_rate=0.01,0.002", "train.seed=4,5"];
        Assert.That(await Shell.RunAsync(sweep), Is.EqualTo(ExitCode.Success), () => Shell.Error);
        var runs = new CsvFile(PathOf("sweep/runs.csv"));
        Assert.That(runs.Numbers("run"), Is.EqualTo(new double[] { 0, 1, 2, 3 }));
        Assert.That(runs.Numbers("train.learning_rate"), Is.EqualTo(new[] { 0.01, 0.01, 0.002, 0.002 }));
        Assert.That(runs.Numbers("train.seed"), Is.EqualTo(new double[] { 4, 5, 4, 5 }));
        Assert.That(runs.Texts("state"), Is.All.EqualTo("complete"));
        var losses = runs.Numbers("held_out_loss");
        for (var run = 0; run < 4; run++)
        {
            var steps = new CsvFile(PathOf($"sweep/{run}/metrics.csv"));
            Assert.That(losses[run], Is.EqualTo(double.Parse(steps.Texts("held_out_loss")[^1], System.Globalization.CultureInfo.InvariantCulture)));
        }
        Assert.That(losses.Distinct().Count(), Is.EqualTo(4), "the words reach the runs");
        Assert.That(File.ReadAllText(PathOf("sweep/2/config.yaml")), Does.Contain("learning_rate: 0.002").And.Contain("name: \"sweep/2\""));
        Assert.That(runs.Numbers("root_levels"), Is.All.GreaterThan(2));
        // Seeds share a row: median with the least and the greatest.
        var row = System.FormattableString.Invariant(
            $"{(losses[0] + losses[1]) / 2:F3} ({Math.Min(losses[0], losses[1]):F3} to {Math.Max(losses[0], losses[1]):F3})");
        Assert.That(Shell.Output, Does.Match(@"\| train.learning_rate +\| runs \|").And.Contain(row));
        Assert.That(File.ReadAllText(PathOf("sweep/runs.md")), Does.Contain(row).And.Contain("crammed pretrain --multirun name=sweep"));

        // One run is gone: that one alone runs again.
        var written = Enumerable.Range(0, 4).Select(run => File.GetLastWriteTimeUtc(PathOf($"sweep/{run}/results.json"))).ToList();
        File.Delete(PathOf("sweep/1/results.json"));
        Assert.That(await Shell.RunAsync([.. sweep, "resume=outputs/sweep"]), Is.EqualTo(ExitCode.Success), () => Shell.Error);
        Assert.That(new CsvFile(PathOf("sweep/runs.csv")).Numbers("held_out_loss"), Is.EqualTo(losses));
        foreach (var run in new[] { 0, 2, 3 })
            Assert.That(File.GetLastWriteTimeUtc(PathOf($"sweep/{run}/results.json")), Is.EqualTo(written[run]), $"{run}");
        Assert.That(File.GetLastWriteTimeUtc(PathOf("sweep/1/results.json")), Is.GreaterThan(written[1]));

        Assert.That(await Shell.RunAsync([.. sweep, "resume=outputs/sweep", "train.batch=4"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("outputs/sweep was made by another command line: command: \"pretrain\""));
        Assert.That(await Shell.RunAsync(sweep), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("outputs/sweep already holds a run"));
    }

    [Test]
    public async Task A_run_that_fails_is_told_and_the_others_go_on()
    {
        string[] sweep = [.. Pretrain.Where(word => !word.StartsWith("data.text", StringComparison.Ordinal)), "data.text=none.txt,text.txt"];
        Assert.That(await Shell.RunAsync(sweep), Is.EqualTo(ExitCode.Failure));
        Assert.That(Shell.Error, Does.Contain("run 0 (data.text=none.txt) failed: ").And.Contain("none.txt: there is no such file")
            .And.EndWith("1 of 2 runs failed; to repeat these alone, give the command again with resume=outputs/sweep\n"));
        Assert.That(new CsvFile(PathOf("sweep/runs.csv")).Texts("state"), Is.EqualTo(new[] { "failed", "complete" }));
        Assert.That(Shell.Output, Does.Match(@"\| none.txt +\| 0 of 1 \| +\|").And.Match(@"\| text.txt +\| +1 \| +\d"));

        File.Copy(Shell.Folder.Combine("text.txt"), Shell.Folder.Combine("none.txt"));
        Assert.That(await Shell.RunAsync([.. sweep, "resume=outputs/sweep"]), Is.EqualTo(ExitCode.Success), () => Shell.Error);
        Assert.That(new CsvFile(PathOf("sweep/runs.csv")).Texts("state"), Is.All.EqualTo("complete"));
    }

    [Test]
    public async Task Scores_stand_in_the_table_with_those_of_the_best_constant_answer()
    {
        string[] sweep =
        [
            "finetune", "--multirun", $"model={SmallRun.ModelFolder}", "data.glue=glue", "mode=full", "eval/tasks=sst2", "finetune.steps=2",
            "finetune.batch=8", "impl.threads=1", "finetune.learning_rate=1e-4,1e-3",
        ];
        Assert.That(await Shell.RunAsync(sweep), Is.EqualTo(ExitCode.Success), () => Shell.Error);
        var summary = new CsvFile(PathOf("finetune/1/summary.csv"));
        Assert.That(new CsvFile(PathOf("finetune/runs.csv")).Numbers("accuracy")[1], Is.EqualTo(summary.Numbers("median")[0]));
        Assert.That(Shell.Output, Does.Match($@"\| best constant answer +\| +\| +{summary.Numbers("chance")[0]:F3} \|"));
    }

    [Test]
    public async Task An_interrupted_sweep_says_how_to_go_on()
    {
        Shell.Interrupts.OnSignal(ExitCode.Interrupted);
        Assert.That(await Shell.RunAsync([.. Pretrain, "train.seed=1,2"]), Is.EqualTo(ExitCode.Interrupted));
        Assert.That(Shell.Error, Does.EndWith(
            "interrupted: kept 0 complete runs in outputs/sweep; to go on, repeat the command with resume=outputs/sweep\n"));
        Assert.That(Directory.Exists(PathOf("sweep/0")), Is.False);
    }

    [TestCase("'resume' is outputs/sweep, where there is no config.yaml; name the folder of interrupted runs", "resume=outputs/sweep")]
    [TestCase("nothing reads the key 'arch.gat'; did you mean 'arch.gate'?", "arch.gat=relu,bilinear")]
    [TestCase("'train.steps' is 0; it must be 1 or more", "train.steps=3,0")]
    [TestCase("the group 'data' has no choice 'wordnets'", "data=wordnet,wordnets")]
    [TestCase("'name' is 'a,b'; use letters", "name=a,b")]
    [TestCase("--jobs is 0; it must be 1 to 1024", "--jobs", "0")]
    public async Task Bad_input_is_one_line_and_exit_code_2_and_runs_nothing(string expected, params string[] arguments)
    {
        Assert.That(await Shell.RunAsync(["pretrain", "--multirun", "name=sweep", .. arguments]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.StartWith("error: ").And.Contain(expected));
        Assert.That(Shell.Error.Count(character => character == '\n'), Is.EqualTo(1));
        Assert.That(Directory.Exists(Shell.Folder.Combine("outputs")), Is.False);
    }

    private string PathOf(string relative) => Shell.Folder.Combine("outputs/" + relative);
}
