using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Stages;

internal sealed class EvaluateStageTests : FolderTests
{
    [Test]
    public void An_untrained_head_answers_the_first_class_and_is_near_chance()
    {
        var outcome = Evaluate(SmallRun.Sentiment, TrainedWeights.Initial(SmallRun.Draw(SmallRun.Sentiment)));
        var zeros = Enumerable.Range(40, 20).Count(i => SmallData.Label(i) == 0) / 20.0;
        var error = Math.Sqrt(zeros * (1 - zeros) / 20);
        Assert.That(outcome.Main, Is.EqualTo(new Score("accuracy", zeros, error, Math.Max(zeros, 1 - zeros))));
        Assert.That(outcome.Main.IsNearChance);
        Assert.That(outcome.Predictions.Logits.SelectMany(logits => logits), Is.All.Zero);
    }

    [Test]
    public void Trained_adapters_are_evaluated_and_written_by_example()
    {
        // The barely pretrained model's gradients are far below the default epsilon.
        var settings = SmallRun.FineTuning with { Steps = 60, LearningRate = 0.02, Epsilon = 1e-8 };
        var draw = DrawStage.Load(SmallRun.DrawInput(SmallRun.Sentiment) with { Settings = settings }).Draw;
        using var run = DrawRunStage.Load(SmallRun.ModelFolder, SmallRun.Sentiment.TrainFolder, draw);
        var trained = run.Run(Folder.Combine("run"), null, CancellationToken.None);
        Assert.That(trained.Training.Steps.TakeLast(5).Average(step => step.Loss), Is.LessThan(Math.Log(2) - 0.05));

        var outcome = Evaluate(SmallRun.Sentiment, WeightFiles.ReadAdapters(trained.AdaptersFile));
        var predictions = new CsvFile(Folder.Combine("evaluation/predictions.csv"));
        Assert.That(predictions.Header, Is.EqualTo("index,label,logit_0,logit_1,prediction"));
        Assert.That(predictions.Numbers("index"), Is.EqualTo(Enumerable.Range(0, 20)));
        Assert.That(predictions.Numbers("label"), Is.EqualTo(Enumerable.Range(40, 20).Select(SmallData.Label)));
        double[] first = predictions.Numbers("logit_0"), second = predictions.Numbers("logit_1");
        var answers = predictions.Numbers("prediction");
        Assert.That(answers, Is.EqualTo(first.Zip(second, (left, right) => right > left ? 1.0 : 0.0)));
        Assert.That(first, Is.EqualTo(outcome.Predictions.Logits.Select(logits => logits[0])));
        var accuracy = answers.Zip(predictions.Numbers("label")).Count(pair => pair.First == pair.Second) / 20.0;

        var metrics = new CsvFile(Folder.Combine("evaluation/metrics.csv"));
        Assert.That(metrics.Header, Is.EqualTo("metric,value,standard_error,chance,examples"));
        Assert.That(metrics.Texts("metric"), Is.EqualTo(new[] { "accuracy" }));
        Assert.That(metrics.Numbers("value")[0], Is.EqualTo(accuracy).And.EqualTo(outcome.Main.Value));
        Assert.That(metrics.Numbers("examples")[0], Is.EqualTo(20));
    }

    [Test]
    public void Regression_has_one_logit_and_correlations_that_a_constant_leaves_undefined()
    {
        var outcome = Evaluate(SmallRun.Similarity, TrainedWeights.Initial(SmallRun.Draw(SmallRun.Similarity)));
        Assert.That(outcome.Scores.Select(score => score.Metric), Is.EqualTo(new[] { "pearson", "spearmanr" }));
        Assert.That(outcome.Main.Value, Is.NaN);
        Assert.That(outcome.Main.IsNearChance);
        Assert.That(new CsvFile(Folder.Combine("evaluation/predictions.csv")).Header, Is.EqualTo("index,label,logit_0,prediction"));
    }

    [Test]
    public void Weights_for_another_task_or_model_are_refused()
    {
        var regression = TrainedWeights.Initial(SmallRun.Draw(SmallRun.Similarity));
        Assert.That(
            Assert.Throws<InvalidDataException>(() => Evaluate(SmallRun.Sentiment, regression))!.Message,
            Is.EqualTo($"{SmallRun.Sentiment.DevFolder}: the task sst2 has 2 classes, the adapters were trained for 0"));
        var wider = FineTuningDraw.Create(1, SmallRun.FineTuning, SmallRun.Configuration with { Hidden = 32 }, 40);
        Assert.That(
            Assert.Throws<ArgumentException>(() => Evaluate(SmallRun.Sentiment, TrainedWeights.Initial(wider)))!.Message,
            Does.Contain("of width 32").And.Contain("of width 16"));
        var broken = Folder.Write("adapters.safetensors", "not a safetensors file");
        Assert.That(Assert.Throws<InvalidDataException>(() => WeightFiles.ReadAdapters(broken))!.Message, Does.StartWith(broken));
        var none = Folder.Combine("none.safetensors");
        Assert.That(
            Assert.Throws<FileNotFoundException>(() => WeightFiles.ReadAdapters(none))!.Message,
            Is.EqualTo($"{none}: not found; crammed finetune writes it"));
    }

    [Test]
    public void A_split_of_another_task_or_with_other_labels_is_refused()
    {
        var weights = TrainedWeights.Initial(SmallRun.Draw(SmallRun.Sentiment));
        Assert.That(
            Assert.Throws<InvalidDataException>(() => Evaluate(SmallRun.Sentiment, weights, SmallRun.Similarity.Task))!.Message,
            Is.EqualTo($"{SmallRun.Sentiment.DevFolder}: holds the task sst2, where stsb is needed"));
        var turned = SmallRun.Sentiment.Task with { Labels = ["1", "0"] };
        Assert.That(
            Assert.Throws<InvalidDataException>(() => Evaluate(SmallRun.Sentiment, weights, turned))!.Message,
            Is.EqualTo($"{SmallRun.Sentiment.DevFolder}: has the labels [0, 1], where sst2 has [1, 0]; export the task again"));
    }

    // Chance: the larger class; F1 of answering class 1 always, 2 p / (1 + p); 0 for a correlation.
    [TestCase(MetricNames.Accuracy, 0.75)]
    [TestCase(MetricNames.F1, 2 * 0.25 / 1.25)]
    [TestCase(MetricNames.Matthews, 0)]
    [TestCase(MetricNames.Pearson, 0)]
    public void Chance_is_the_best_constant_answer(string metric, double chance) =>
        Assert.That(Score.Of(new(metric, 0.9, 0.01), [0, 0, 1, 0]).Chance, Is.EqualTo(chance).Within(1e-15));

    [TestCase(0.771, 0.01, false)]
    [TestCase(0.769, 0.01, true)]
    [TestCase(0.5, 0.01, true)]
    [TestCase(0.75, 0, true)]
    [TestCase(0.76, 0, false)]
    [TestCase(double.NaN, 0.01, true)]
    [TestCase(0.9, double.NaN, true)]
    public void Two_standard_errors_above_chance_are_evidence(double value, double error, bool isNear) =>
        Assert.That(new Score(MetricNames.Accuracy, value, error, Chance: 0.75).IsNearChance, Is.EqualTo(isNear));

    private EvaluateOutcome Evaluate(ExportOutcome export, TrainedWeights weights, TaskDescription? task = null)
    {
        var input = new EvaluateInput
        {
            ModelFolder = SmallRun.ModelFolder,
            DevFolder = export.DevFolder,
            Task = task ?? export.Task,
            Weights = weights,
        };
        using var stage = EvaluateStage.Load(input);
        return stage.Run(Folder.Combine("evaluation"), CancellationToken.None);
    }
}
