using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Reports;

internal sealed class DemoReportTests
{
    [Test]
    public void Sections_come_in_order_and_say_what_ran()
    {
        var text = DemoReportText.Write(SampleReport.Create());
        string[] titles = [.. text.Split('\n').Where(line => line.StartsWith('#'))];
        Assert.That(titles, Is.EqualTo(new[]
        {
            "# Fine-tuning on encrypted data: sample", "## What ran", "## Who held which key", "## What was encrypted",
            "## Loss, step by step", "## Adapters and head", "## Scores", "## Evaluation under encryption",
            "## Predicted and measured", "## Where the time went", "## Sizes and memory", "## How to reproduce",
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
        var text = DemoReportText.Write(SampleReport.Create());
        Assert.That(Section(text, "Who held which key"), Does.Contain("| server     | evaluation keys | secret key    |"));
        Assert.That(Section(text, "What was encrypted"), Does.Contain("| embeddings    | yes       | by the key holder |")
            .And.Contain("| model weights | no        | on the server     |"));
        Assert.That(Section(text, "Adapters and head"), Does.Contain("| layer0.query.lora_a    |             1.3e-5 |        5.0e-1 |"));
        Assert.That(Section(text, "Where the time went"), Does.Contain("| all     | 20.0 s |")
            .And.Contain("| Products    |   150 | 12.0 s |")
            .And.Contain("| all         |   180 | 20.0 s |").And.Contain("| all                | 700 s |"));
        // Of steps 1 and 2 the encrypted losses are 0.001 and 0.007 below those on clear slots: sqrt((1 + 49) / 2) = 5.
        Assert.That(Section(text, "Predicted and measured"), Does.Contain("| time                           |    16.0 s |   20.0 s |                 1.25 |")
            .And.Contain("| refreshes                      |       100 |      100 |                 1.00 |")
            .And.Contain("| memory of the training program |  5.00 GiB | 6.00 GiB |                 1.20 |")
            .And.Contain("| to the key holder and back     |  3.00 GiB | 3.00 GiB |                 1.00 |")
            .And.Contain("1.0e-3 in clear runs with the noise of ciphertexts, 5.0e-3 between"));
        Assert.That(Section(text, "Sizes and memory"), Does.Contain("3.00 GiB").And.Contain("200 MiB")
            .And.Contain("| server     |    6.00 GiB |"));
        Assert.That(Section(text, "Evaluation under encryption"), Does.Contain(
            "On 64 examples the predicted class agreed with plaintext evaluation of the same adapters for 63.")
            .And.Contain("plaintext was 2.5e-4."));
    }

    [Test]
    public void Losses_within_their_bound_are_said_to_be()
    {
        var section = Section(DemoReportText.Write(SampleReport.Create()), "Loss, step by step");
        Assert.That(section, Does.Contain("|    1 |       0.693000 |       0.693000 |          0 | 7.0e-3 | yes    |"));
        Assert.That(section, Does.Contain("|    2 |       0.650000 |       0.656000 |    -6.0e-3 | 7.0e-3 | yes    |"));
        Assert.That(section, Does.Contain("All 2 steps lie within their bound.").And.Contain("(loss.svg)").And.Contain("(difference.svg)"));
        Assert.That(section, Does.Contain("up to 1.0e-3").And.Contain("6 standard deviations of the loss over 3 clear runs")
            .And.Contain("(up to 6.0e-3)").And.Contain("1.5e-5"));
    }

    [Test]
    public void A_loss_outside_its_bound_is_said_to_be()
    {
        var report = SampleReport.Create();
        var wrong = report with { Losses = [report.Losses[0], report.Losses[1] with { Encrypted = 0.648 }] };
        var section = Section(DemoReportText.Write(wrong), "Loss, step by step");
        Assert.That(section, Does.Contain("|    2 |       0.648000 |       0.656000 |    -8.0e-3 | 7.0e-3 | **no** |"));
        Assert.That(section, Does.Contain(
            "**1 of 2 steps lie outside their bound**, step 2 by the most: a difference of -8.0e-3 against 7.0e-3."));
        Assert.That(section, Does.Not.Contain("All 2 steps"));
    }

    [Test]
    public void Scores_are_compared_in_standard_errors()
    {
        var section = Section(DemoReportText.Write(SampleReport.Create()), "Scores");
        Assert.That(section, Does.Contain("| before training          | 0.5000 ± 0.0100 | 0.5000 |"));
        // 0.2 and -0.01 in units of sqrt(2) * 0.01.
        Assert.That(section, Does.Contain("Encrypted training moved the score by +14.1 standard errors; it is -0.7 standard errors from"));
        Assert.That(section, Does.Not.Contain("no evidence of learning"));
    }

    [TestCase(0.519, true)]
    [TestCase(0.521, false)]
    public void A_score_near_chance_is_said_to_be(double value, bool isNear)
    {
        var report = SampleReport.Create();
        var scores = report.Scores with { Encrypted = report.Scores.Encrypted with { Value = value } };
        var section = Section(DemoReportText.Write(report with { Scores = scores }), "Scores");
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
        var text = DemoReportText.Write(report with { Encryption = encryption, EncryptedEvaluation = null });
        Assert.That(text, Does.Contain("**These parameters are insecure: they protect nothing").And.Not.Contain("-bit security"));
        Assert.That(text, Does.Contain("restored levels by itself").And.Not.Contain("oracle"));
        Assert.That(Section(text, "Evaluation under encryption"), Does.Contain("None was run."));
    }

    [Test]
    public void A_report_without_its_evidence_is_refused()
    {
        var report = SampleReport.Create();
        Assert.That(
            Assert.Throws<ArgumentException>(() => DemoReportText.Write(report with { Losses = [] }))!.Message,
            Does.StartWith("a report needs the loss of at least one step"));
        var single = report with { Losses = [report.Losses[0] with { NoisyCircuit = [0.69] }] };
        Assert.That(
            Assert.Throws<ArgumentException>(() => DemoReportText.Write(single))!.Message,
            Does.StartWith("step 1 has 1 runs with noise; its bound needs two"));
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
        var path = ReportStage.Run(SampleReport.Create(), folder.Combine("run"));
        Assert.That(File.ReadAllText(path), Is.EqualTo(DemoReportText.Write(SampleReport.Create())));
        string[] files = ["report.md", "loss.svg", "loss.png", "difference.svg", "difference.png"];
        Assert.That(Directory.GetFiles(folder.Combine("run")).Select(Path.GetFileName), Is.EquivalentTo(files));
        Assert.That(File.ReadAllText(folder.Combine("run/loss.svg")), Does.Contain("plaintext"));
        Assert.That(File.ReadAllText(folder.Combine("run/difference.svg")), Does.Contain("difference from plaintext"));
    }

    [Test]
    public void Plots_show_each_loss_and_each_difference_beside_its_bound()
    {
        var report = SampleReport.Create();
        var plots = LossPlots.Of(report).ToDictionary(plot => plot.File, plot => plot.Plot);
        var series = plots["loss.svg"].Series;
        Assert.That(series.Select(line => line.Name), Is.EqualTo(new[] { "encrypted", "plaintext", "polynomials, clear" }));
        Assert.That(series.Select(line => line.Y), Is.EqualTo(new[] { new[] { 0.693, 0.650 }, [0.693, 0.656], [0.694, 0.657] }));
        var (difference, bound) = (plots["difference.svg"].Series[0], plots["difference.svg"].Series[1]);
        Assert.That(difference.X, Is.EqualTo(new[] { 2 }), "the losses of step 1 are the same, which a logarithmic axis cannot show");
        Assert.That(difference.Y.Single(), Is.EqualTo(0.006).Within(1e-15));
        Assert.That(bound.Y, Is.EqualTo(report.Losses.Select(step => step.Bound(report.Encryption.RoundingError))));
        var same = LossPlots.Of(report with { Losses = [report.Losses[0]] }).Last().Plot;
        Assert.That(same.Validate, Throws.Nothing);
        Assert.That(same.Series.Single().Name, Is.EqualTo("bound"));
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
