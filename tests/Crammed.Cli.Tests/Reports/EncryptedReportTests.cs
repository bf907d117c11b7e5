using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Reports;

internal sealed class EncryptedReportTests
{
    [Test]
    public void Sections_come_in_order_and_say_what_ran()
    {
        var text = EncryptedReportText.Write(SampleReport.Create());
        string[] titles = [.. text.Split('\n').Where(line => line.StartsWith('#'))];
        Assert.That(titles, Is.EqualTo(new[]
        {
            "# Fine-tuning on encrypted data: sample", "## What ran", "## Who held which key", "## What was encrypted",
            "## Loss, step by step", "## Adapters and head", "## Scores", "## Evaluation under encryption",
            "## Predicted and measured", "## Where the time went", "## Levels", "## Sizes, traffic and memory", "## How to reproduce",
        }));
        var run = Section(text, "What ran");
        Assert.That(run, Does.Contain("The task was wordnet-living.").And.Contain("layers 1, width 32, heads 2")
            .And.Contain("272,641 parameters")
            .And.Contain("the head (32 -> 8 -> 32 -> 2): 1,002 numbers, in 2 steps of 64 examples out of 2,048"));
        Assert.That(run, Does.Contain("N14QP428: CKKS, ring degree 2^14, log2 QP 428.0, 128-bit security"));
        Assert.That(run, Does.Contain("refresh oracle, and assumes that the server is semi-honest"));
        Assert.That(run, Does.Contain("rounded to multiples of 2^-16"));
        Assert.That(text, Does.Not.Contain("Nothing was encrypted").And.Not.Contain("insecure"));
        Assert.That(Section(text, "How to reproduce"), Does.Contain("    crammed demo\n")
            .And.Contain("Seeds: 1 (pretraining), 2 (fine-tuning)")
            .And.Contain("Source: 0123456789ab. Machine: 2 cores (Some CPU), 256-bit vectors, Linux."));
    }

    [Test]
    public void Tables_have_a_row_for_each_figure()
    {
        var text = EncryptedReportText.Write(SampleReport.Create());
        Assert.That(Section(text, "Who held which key"), Does.Contain("| server     | evaluation keys | secret key    |"));
        Assert.That(Section(text, "What was encrypted"), Does.Contain("| embeddings    | yes       | by the key holder |")
            .And.Contain("| model weights | no        | on the server     |"));
        Assert.That(Section(text, "Adapters and head"), Does.Contain("| layer0.query.lora_a    |             1.3e-5 |        5.0e-1 |"));
        Assert.That(Section(text, "Where the time went"), Does.Contain("| layer 0 |    10.0 s |   12.0 s |")
            .And.Contain("| all     |    16.0 s |   20.0 s |").And.Contain("(time.svg)")
            .And.Contain("| Products    |   150 | 12.0 s |")
            .And.Contain("| all         |   180 | 20.0 s |").And.Contain("| all                | 700 s |"));
        // Of steps 1 and 2 the encrypted losses are 0.001 and 0.007 below those on clear slots: sqrt((1 + 49) / 2) = 5.
        Assert.That(Section(text, "Predicted and measured"), Does.Contain("| time                           |    16.0 s |   20.0 s |                 1.25 |")
            .And.Contain("| refreshes                      |       100 |      100 |                 1.00 |")
            .And.Contain("| memory of the training program |  5.00 GiB | 6.00 GiB |                 1.20 |")
            .And.Contain("| to the key holder and back     |  3.00 GiB | 3.00 GiB |                 1.00 |")
            .And.Contain("1.0e-3 in clear runs with the noise of ciphertexts, 5.0e-3 between"));
        Assert.That(Section(text, "Sizes, traffic and memory"), Does.Contain("3.00 GiB").And.Contain("200 MiB")
            .And.Contain("| server     |    6.00 GiB |"));
        Assert.That(Section(text, "Evaluation under encryption"), Does.Contain(
            "On 64 examples the predicted class agreed with plaintext evaluation of the same adapters for 63.")
            .And.Contain("plaintext was 2.5e-4.")
            .And.Contain("| on ciphertexts | 0.6875 ± 0.0579 | 0.5000 |").And.Contain("| in plaintext   | 0.7031 ± 0.0571 | 0.5000 |"));
        Assert.That(Section(text, "Levels"), Does.Contain("A refreshed ciphertext has 5 levels")
            .And.Contain("| layer 0 |            3 | 2 to 5 |                 3 |").And.Contain("(levels.svg)"));
    }

    [Test]
    public void Losses_within_their_bound_are_said_to_be()
    {
        var section = Section(EncryptedReportText.Write(SampleReport.Create()), "Loss, step by step");
        Assert.That(section, Does.Contain("|    1 |       0.693000 |       0.693000 |          0 | 7.0e-3 | yes    |          -1.0e-3 |"));
        Assert.That(section, Does.Contain("|    2 |       0.650000 |       0.656000 |    -6.0e-3 | 7.0e-3 | yes    |          -7.0e-3 |"));
        Assert.That(section, Does.Contain("All 2 steps lie within their bound.").And.Contain("(loss.svg)").And.Contain("(gap.svg)"));
        Assert.That(section, Does.Contain("up to 1.0e-3").And.Contain("6 standard deviations of the loss over 3 clear runs")
            .And.Contain("(up to 6.0e-3)").And.Contain("1.5e-5"));
    }

    [Test]
    public void A_loss_outside_its_bound_is_said_to_be()
    {
        var report = SampleReport.Create();
        var wrong = report with { Losses = [report.Losses[0], report.Losses[1] with { Encrypted = 0.648 }] };
        var section = Section(EncryptedReportText.Write(wrong), "Loss, step by step");
        Assert.That(section, Does.Contain("|    2 |       0.648000 |       0.656000 |    -8.0e-3 | 7.0e-3 | **no** |          -9.0e-3 |"));
        Assert.That(section, Does.Contain(
            "**1 of 2 steps lie outside their bound**, step 2 by the most: a difference of -8.0e-3 against 7.0e-3."));
        Assert.That(section, Does.Not.Contain("All 2 steps"));
    }

    [Test]
    public void Scores_are_compared_in_standard_errors()
    {
        var section = Section(EncryptedReportText.Write(SampleReport.Create()), "Scores");
        Assert.That(section, Does.Contain("| before training          | 0.5000 ± 0.0100 | 0.5000 | 0.4000 ± 0.0200 | 0.6000 |"));
        // 0.2 and -0.01 in units of sqrt(2) * 0.01.
        Assert.That(section, Does.Contain("Training moved accuracy by +14.1 standard errors; it is -0.7 standard errors from"));
        Assert.That(section, Does.Not.Contain("no evidence of learning"));
    }

    [TestCase(0.519, true)]
    [TestCase(0.521, false)]
    public void A_score_near_chance_is_said_to_be(double value, bool isNear)
    {
        var report = SampleReport.Create();
        var scores = report.Scores! with { Encrypted = [report.Scores!.Encrypted[0] with { Value = value }, report.Scores.Encrypted[1]] };
        var section = Section(EncryptedReportText.Write(report with { Scores = scores }), "Scores");
        const string Remark = "**The score after encrypted training is not more than 2 standard errors above chance (0.5000): "
            + "it is no evidence of learning the task.**";
        Assert.That(section.Contains(Remark), Is.EqualTo(isNear));
        Assert.That(section, Does.Not.Contain("The score after plaintext training"));
    }

    [Test]
    public void Insecure_parameters_and_bootstrapping_are_named()
    {
        var report = SampleReport.Create();
        var encryption = report.Encryption with { SecurityBits = null, Refresh = RefreshPolicy.Bootstrap };
        var text = EncryptedReportText.Write(report with { Encryption = encryption, Evaluation = null });
        Assert.That(text, Does.Contain("**These parameters are insecure: they protect nothing").And.Not.Contain("-bit security"));
        Assert.That(text, Does.Contain("restored levels by itself").And.Not.Contain("oracle"));
        Assert.That(Section(text, "Evaluation under encryption"), Does.Contain("None was run."));
    }

    [Test]
    public void Without_runs_with_noise_there_is_no_bound()
    {
        var report = SampleReport.Create();
        var text = EncryptedReportText.Write(report with { Losses = [.. report.Losses.Select(step => step with { NoisyCircuit = [] })] });
        Assert.That(Section(text, "Loss, step by step"), Does.Contain("No bound was computed").And.Not.Contain("within"));
        Assert.That(Section(text, "Predicted and measured"), Does.Not.Contain("Noise in the loss"));
        var gap = ReportPlots.Of(report with { Losses = [.. report.Losses.Select(step => step with { NoisyCircuit = [] })] }).First();
        Assert.That(((LinePlot)gap.Plot).Series.Select(line => line.Name), Is.EqualTo(new[] { "gap from plaintext", "gap from clear slots" }));
    }

    [Test]
    public void On_clear_slots_nothing_was_encrypted()
    {
        var report = SampleReport.Create();
        var text = EncryptedReportText.Write(report with
        {
            Encryption = report.Encryption with { Mode = FheMode.Disable },
            KeyHoldings = [],
            Items = [],
            Cost = null,
            Evaluation = null,
        });
        Assert.That(text, Does.StartWith("# Fine-tuning on clear slots: sample"));
        Assert.That(text, Does.Contain("Nothing was encrypted: the programs ran on clear slots.").And.Contain("| clear slots loss |"));
        Assert.That(text, Does.Not.Contain("Who held which key").And.Not.Contain("Threat model").And.Not.Contain("peak memory"));
    }

    [Test]
    public void An_evaluation_has_no_losses()
    {
        var report = SampleReport.Create();
        var evaluation = report with
        {
            Run = report.Run with { TrainingExamples = null },
            Losses = [],
            Adapters = [],
            Scores = null,
            Stages = [],
            Cost = report.Cost! with { Unit = "batch" },
            Reproduction = report.Reproduction with { PretrainingSeed = null, FineTuningSeed = null },
        };
        var text = EncryptedReportText.Write(evaluation);
        Assert.That(text, Does.StartWith("# Evaluation on encrypted data: sample"));
        Assert.That(text, Does.Contain("Evaluated were LoRA adapters").And.Contain("| a batch ").And.Contain("Encryption draws its randomness"));
        Assert.That(text, Does.Not.Contain("Loss, step by step").And.Not.Contain("Adapters and head").And.Not.Contain("## Scores"));
        Assert.That(ReportPlots.Of(evaluation).Select(plot => plot.File), Is.EqualTo(new[] { "time.svg", "levels.svg" }));
    }

    [Test]
    public void A_deviation_is_that_of_a_sample() =>
        Assert.That(new LossStep(1, 0, 0, 0, [1, 2, 3, 4]).NoiseDeviation, Is.EqualTo(Math.Sqrt(5.0 / 3)).Within(1e-15));

    [Test]
    public void Tensors_differ_by_their_largest_element()
    {
        var draw = FineTuningDraw.Create(1, new FineTuningSettings { Steps = 1 }, SampleReport.Create().Run.Configuration, 64);
        var plaintext = TrainedWeights.Initial(draw);
        var run = TrainedWeights.Initial(draw);
        run.Values["head.classifier.weight"][5] = -0.25;
        var differences = TensorDifference.Of(run, plaintext);
        Assert.That(differences.Select(difference => difference.Tensor), Is.EqualTo(draw.Tensors.Select(tensor => tensor.Name)));
        Assert.That(differences.Where(difference => difference.LargestDifference != 0),
            Is.EqualTo(new[] { new TensorDifference("head.classifier.weight", 0.25, 0) }));
        Assert.That(differences[0].LargestValue, Is.EqualTo(draw.Tensors[0].Values.Max(Math.Abs)));
        var other = FineTuningDraw.Create(1, new FineTuningSettings { Steps = 1, Rank = 3 }, SampleReport.Create().Run.Configuration, 64);
        Assert.Throws<ArgumentException>(() => TensorDifference.Of(run, TrainedWeights.Initial(other)));
    }

    [Test]
    public void Encrypted_logits_are_compared_by_class_and_by_size()
    {
        double[][] encrypted = [[1, 2], [3, 1], [1, 1]];
        double[][] plaintext = [[1, 2.5], [1, 3], [1, 1]];
        Assert.That(EncryptedEvaluation.Of(encrypted, plaintext), Is.EqualTo(new EncryptedEvaluation(3, 2, 2)));
        Assert.That(EncryptedEvaluation.Of([[0.5]], [[0.25]]), Is.EqualTo(new EncryptedEvaluation(1, null, 0.25)));
        Assert.Throws<ArgumentException>(() => EncryptedEvaluation.Of(encrypted, [[1, 2]]));
        Assert.Throws<ArgumentException>(() => EncryptedEvaluation.Of([[1, 2]], [[1]]));
    }

    [TestCase(0.7, 0.03, 0.6, 0.04, 2)]
    [TestCase(0.7, 0, 0.7, 0, 0)]
    [TestCase(0.7, 0, 0.6, 0, double.NaN)]
    public void Errors_of_two_scores_add_as_squares(double value, double error, double from, double fromError, double expected) =>
        Assert.That(
            ScoreComparison.InStandardErrors(
                new Score(MetricNames.Accuracy, value, error, 0.5), new Score(MetricNames.Accuracy, from, fromError, 0.5)),
            Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void The_stage_writes_text_and_pictures()
    {
        using var folder = new TemporaryFolder();
        List<string> notices = [];
        var path = ReportStage.Run(SampleReport.Create(), folder.Combine("run"), notices.Add);
        Assert.That(notices, Is.Empty);
        Assert.That(File.ReadAllText(path), Is.EqualTo(EncryptedReportText.Write(SampleReport.Create())));
        string[] plots = ["gap", "loss", "score", "time", "levels"];
        Assert.That(
            Directory.GetFiles(folder.Combine("run")).Select(Path.GetFileName),
            Is.EquivalentTo(plots.SelectMany(plot => new[] { $"{plot}.svg", $"{plot}.png" }).Append("report.md")));
        var text = File.ReadAllText(path);
        foreach (var plot in plots)
            Assert.That(text, Does.Contain($"({plot}.svg)"));
        Assert.That(File.ReadAllText(folder.Combine("run/loss.svg")), Does.Contain("plaintext"));
        Assert.That(File.ReadAllText(folder.Combine("run/time.svg")), Does.Contain("layer 0").And.Contain("predicted"));
    }

    [Test]
    public void A_plot_that_cannot_be_drawn_costs_a_notice()
    {
        using var folder = new TemporaryFolder();
        List<string> notices = [];
        var report = SampleReport.Create();
        ReportStage.Run(
            report with { Losses = [report.Losses[0] with { Encrypted = double.NaN }, report.Losses[1]] }, folder.Combine("run"), notices.Add);
        Assert.That(notices, Has.Some.Contain("no loss.svg: the series 'encrypted' has y[0] = NaN"));
        Assert.That(folder.Combine("run/report.md"), Does.Exist);
        Assert.That(folder.Combine("run/time.png"), Does.Exist);
    }

    [Test]
    public void Plots_show_each_loss_and_each_gap_beside_its_bound()
    {
        var report = SampleReport.Create();
        var plots = ReportPlots.Of(report).ToDictionary(plot => plot.File, plot => plot.Plot);
        var loss = ((LinePlot)plots["loss.svg"]).Series;
        Assert.That(loss.Select(line => line.Name), Is.EqualTo(new[] { "encrypted", "plaintext" }));
        Assert.That(loss.Select(line => line.Y), Is.EqualTo(new[] { new[] { 0.693, 0.650 }, [0.693, 0.656] }));
        var gap = ((LinePlot)plots["gap.svg"]).Series;
        Assert.That(
            gap.Select(line => line.Name), Is.EqualTo(new[] { "gap from plaintext", "gap from clear slots", "bound from plaintext" }));
        Assert.That(gap[0].X, Is.EqualTo(new[] { 2 }), "the losses of step 1 are the same, which a logarithmic axis cannot show");
        Assert.That(gap[0].Y.Single(), Is.EqualTo(0.006).Within(1e-15));
        Assert.That(gap[1].Y, Is.EqualTo(new[] { 0.001, 0.007 }).Within(1e-15));
        Assert.That(gap[2].Y, Is.EqualTo(report.Losses.Select(step => step.Bound(report.Encryption.RoundingError))));
        var apart = ReportPlots.Of(report with { Losses = [report.Losses[0] with { Plaintext = 0.68 }] }).First().Plot;
        Assert.That(((LinePlot)apart).Series[^1].Name, Is.EqualTo("bound from clear slots"));
        Assert.That(((LinePlot)apart).Series[^1].Y.Single(), Is.EqualTo(0.006 + report.Encryption.RoundingError).Within(1e-15));
        var score = ((LinePlot)plots["score.svg"]).Series;
        Assert.That(score[0].X, Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(score[0].Y, Is.EqualTo(new[] { 0.5, 0.6, 0.71 }));
        Assert.That((score[1].X.Single(), score[1].Y.Single()), Is.EqualTo((2, 0.7)));
        var time = (BarPlot)plots["time.svg"];
        Assert.That(time.Rows, Is.EqualTo(new[] { "layer 0", "head" }));
        Assert.That(time.Series.Select(bars => bars.Values), Is.EqualTo(new[] { new[] { 10.0, 6 }, [12, 8] }));
    }

    [Test]
    public void Plots_show_levels_and_where_refreshes_lift_them()
    {
        var plot = (LinePlot)ReportPlots.Of(SampleReport.Create()).Single(plot => plot.File == "levels.svg").Plot;
        Assert.That(plot.Series.Select(line => line.Name), Is.EqualTo(new[] { "forward", "update", "refreshes" }));
        Assert.That(plot.Series[0].X, Is.EqualTo(new[] { 1, 2, 4 }));
        Assert.That(plot.Series[0].Y, Is.EqualTo(new[] { 4, 2, 3 }));
        Assert.That(plot.Series[2].X, Is.EqualTo(new[] { 3 }));
        Assert.That(plot.Series[2].Y, Is.EqualTo(new[] { 6 }));
        Assert.That(plot.XMarks, Is.EqualTo(new PlotMark[] { new(2, "layer 0"), new(4, "head"), new(5, "update") }));
    }

    [Test]
    public void The_machine_and_the_source_are_known_here()
    {
        var machine = MachineFacts.OfThis();
        Assert.That(machine.Cores, Is.EqualTo(Environment.ProcessorCount));
        Assert.That(machine.SimdBits, Is.AnyOf(128, 256, 512));
        using var folder = new TemporaryFolder();
        Assert.That(SourceVersion.Of(folder.Path), Is.Null, "no checkout");
        if (SourceVersion.Of(Repository.Root) is not { } version)
            Assert.Ignore("git is not installed, or this is no checkout");
        else
            Assert.That(version, Does.Match("^[0-9A-Za-z._-]+$"));
    }

    private static string Section(string text, string title)
    {
        var marker = $"\n## {title}\n";
        var start = text.IndexOf(marker, StringComparison.Ordinal);
        Assert.That(start, Is.GreaterThanOrEqualTo(0), title);
        var end = text.IndexOf("\n## ", start + marker.Length, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }
}
