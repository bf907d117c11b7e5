using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class TaskTrainerTests
{
    private static readonly string[] Accuracy = ["accuracy"];

    private static readonly TaskTrainingSettings Settings = new() { LearningRate = 0.02, Epsilon = 1e-6, BatchSize = 16, Epochs = 12 };

    private static readonly LoraConfiguration Lora = new() { Rank = 2, Alpha = 2, Dropout = 0 };

    /// <summary>Padding weighs nothing, so the shorter computation gives the same logits but for the order of float64 sums.</summary>
    [TestCase(AttentionKernel.Gaussian)]
    [TestCase(AttentionKernel.Softmax)]
    [TestCase(AttentionKernel.Polynomial)]
    public void Trimmed_padding_changes_nothing(AttentionKernel kernel)
    {
        var configuration = Tiny.Configuration(kernel) with { SequenceLength = 20 };
        using var model = new BertModel(configuration, seed: 1, torch.ScalarType.Float64);
        using var classifier = new TaskClassifier(model, 2, Lora, seed: 1);
        var data = Tiny.Task(configuration with { SequenceLength = 20 }, 70, seed: 1);
        RandomHead(classifier);
        var full = classifier.Predict(data, trimPadding: false).Logits.SelectMany(row => row).ToArray();
        var trimmed = classifier.Predict(data).Logits.SelectMany(row => row).ToArray();
        Assert.That(full.Distinct().Count(), Is.GreaterThan(50), "the logits depend on the example");
        Assert.That(Tiny.Difference(trimmed, full), Is.LessThan(1e-10));
    }

    [Test]
    public void Adapters_learn_and_leave_the_model_alone()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var before = Tiny.Weights(model);
        var data = Tiny.Task(configuration, 50, seed: 1);
        using var classifier = new TaskClassifier(model, 2, Lora with { Dropout = 0.05 }, seed: 1);
        var result = FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, Settings));
        Assert.That(result.Steps, Has.Count.EqualTo(12 * 4), "50 examples are three batches of 16 and one of 2");
        Assert.That(result.Steps[0].Loss, Is.EqualTo(Math.Log(2)).Within(1e-6), "the classifier starts at zero");
        Assert.That(result.Epochs.Select(epoch => (epoch.Epoch, epoch.Step)), Is.EqualTo(Enumerable.Range(1, 12).Select(i => (i, 4 * i))));
        Assert.That(result.Epochs[2].TrainingLoss, Is.EqualTo(result.Steps.Skip(8).Take(4).Average(step => step.Loss)));
        Assert.That(result.Epochs[^1].Metrics[0].Value, Is.GreaterThan(0.85));
        Assert.That(result.Epochs[^1].Metrics[0], Is.EqualTo(classifier.Predict(data).Metrics(Accuracy)[0]));
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));
        Assert.That(classifier.Adapters!["layers.0.attention.query"].B.ToFloat64Array(), Is.All.Not.Zero);
    }

    [Test]
    public void Full_training_changes_every_weight()
    {
        var configuration = Tiny.Configuration() with { Dropout = 0.05 };
        using var model = new BertModel(configuration, seed: 1);
        var before = Tiny.Weights(model);
        var data = Tiny.Task(configuration, 48, seed: 1);
        using var classifier = new TaskClassifier(model, 2, lora: null, seed: 1);
        var settings = Settings with { Optimizer = OptimizerKind.Adamw, Steps = 40 };
        var result = FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, settings));
        Assert.That(result.Steps, Has.Count.EqualTo(40));
        Assert.That(result.Epochs[^1], Has.Property(nameof(TaskEpoch.Step)).EqualTo(40).And.Property(nameof(TaskEpoch.Epoch)).EqualTo(14));
        Assert.That(result.Epochs[^1].Metrics[0].Value, Is.GreaterThan(0.85));
        foreach (var (name, values) in Tiny.Weights(model))
            Assert.That(values, Is.Not.EqualTo(before[name]), name);
    }

    [Test]
    public void Biases_are_trained_where_asked_for()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var before = Tiny.Weights(model);
        var data = Tiny.Task(configuration, 32, seed: 1);
        using var classifier = new TaskClassifier(model, 2, Lora with { Bias = LoraBias.All }, seed: 1);
        FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, Settings with { Epochs = 2 }));
        foreach (var (name, values) in Tiny.Weights(model))
            Assert.That(values.SequenceEqual(before[name]), Is.EqualTo(!name.EndsWith(".bias")), name);
    }

    [Test]
    public void Runs_repeat_bit_by_bit_and_differ_by_seed()
    {
        var first = Losses(1);
        Assert.That(Losses(1), Is.EqualTo(first));
        Assert.That(Losses(2), Is.Not.EqualTo(first));

        double[] Losses(long seed)
        {
            var configuration = Tiny.Configuration();
            using var model = new BertModel(configuration, seed: 1);
            var data = Tiny.Task(configuration, 40, seed: 1);
            using var classifier = new TaskClassifier(model, 2, Lora with { Dropout = 0.3 }, seed);
            var result = FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, Settings with { Seed = seed, Epochs = 3 }));
            return [.. result.Steps.Select(step => step.Loss)];
        }
    }

    [Test]
    public void Regression_uses_the_mean_squared_error()
    {
        var configuration = Tiny.Configuration(classes: 0);
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 16, seed: 1);
        using var classifier = new TaskClassifier(model, 0, Lora, seed: 1);
        var result = FineTuner.Run(classifier, new EpochSource(data, data, ["pearson", "spearmanr"], Settings with { Epochs = 30 }));
        Assert.That(
            result.Steps[0].Loss, Is.EqualTo(data.Labels().Average(label => label * label)).Within(1e-6), "the output starts at zero");
        Assert.That(result.Epochs[^1].Metrics.Select(metric => metric.Name), Is.EqualTo(new[] { "pearson", "spearmanr" }));
        Assert.That(result.Epochs[^1].Metrics[0].Value, Is.GreaterThan(0.5));
    }

    [Test]
    public void Cancelling_finishes_the_step_and_a_loss_that_is_not_finite_stops_the_run()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 40, seed: 1);
        using var source = new CancellationTokenSource();
        var progress = new ImmediateProgress<WorkProgress>(report =>
        {
            if (report.Done == 2)
                source.Cancel();
        });
        using var classifier = new TaskClassifier(model, 2, Lora, seed: 1);
        var result = FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, Settings), progress, source.Token);
        Assert.That((result.Steps.Count, result.Interrupted, result.Epochs.Count), Is.EqualTo((2, true, 0)));
        using (torch.no_grad())
            classifier.Head["head.classifier.bias"].fill_(double.NaN);
        var diverged = FineTuner.Run(classifier, new EpochSource(data, data, Accuracy, Settings));
        Assert.That(diverged.Divergence!.Message, Is.EqualTo("the loss is NaN at step 1; lower the learning rate or raise epsilon"));
        Assert.That((diverged.IsComplete, diverged.Steps.Count), Is.EqualTo((false, 0)));
    }

    /// <summary>
    /// The second moments of the head's bias overflow to infinity where its gradient is infinite: without the check on gradients the step
    /// would be taken and leave weights that are not numbers. A label of 1e30 makes the square of the error, 1e60, infinite in float32 at
    /// once; one of 1e19 gives a loss of 1e38 that still is finite and a gradient whose square is not.
    /// </summary>
    [TestCase(1e30, "the loss is Infinity at step 1; lower the learning rate or raise epsilon")]
    [TestCase(1e19, "the norm of the gradient is Infinity at step 1; lower the learning rate or raise epsilon")]
    public void A_step_that_is_not_finite_is_not_taken(double label, string expected)
    {
        var configuration = Tiny.Configuration(classes: 0);
        using var model = new BertModel(configuration, seed: 1);
        using var classifier = new TaskClassifier(model, 0, Lora, seed: 1);
        var before = classifier.Head.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.ToFloat64Array());
        var example = Tiny.Task(configuration, 1, seed: 1)[0] with { Label = label };
        var data = new TaskData("extreme", configuration.SequenceLength, classes: 0, [example, example]);
        var result = FineTuner.Run(classifier, new EpochSource(data, data, ["pearson"], Settings));
        Assert.That(result.Divergence!.Message, Is.EqualTo(expected));
        foreach (var (name, tensor) in classifier.Head)
            Assert.That(tensor.ToFloat64Array(), Is.EqualTo(before[name]), name);
    }

    private static void RandomHead(TaskClassifier classifier)
    {
        using var noGradient = torch.no_grad();
        var weight = classifier.Head["head.classifier.weight"];
        weight.copy_(torch.tensor(Tiny.Gaussian(8, (int)weight.numel()), weight.shape));
    }
}
