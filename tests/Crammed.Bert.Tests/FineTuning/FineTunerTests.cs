using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class FineTunerTests
{
    private static readonly FineTuningSettings Settings = new()
    {
        Steps = 12,
        BatchSize = 16,
        LearningRate = 0.1,
        Epsilon = 1e-3,
        Rank = 2,
        Alpha = 2,
    };

    [Test]
    public void Adapter_run_lowers_the_loss_and_leaves_the_model_alone()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var before = Tiny.Weights(model);
        var data = Tiny.Task(configuration, 48, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings with { Steps = 40 }, configuration, data.Count);
        var result = Tiny.Run(model, draw, data);
        Assert.That(result.Steps, Has.Count.EqualTo(40));
        Assert.That(result.Steps[0].Loss, Is.EqualTo(Math.Log(2)).Within(1e-6), "the classifier starts at zero");
        Assert.That(result.Steps.TakeLast(5).Average(step => step.Loss), Is.LessThan(0.5));
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));

        var accuracy = Tiny.Evaluate(model, result.Weights, data).Metrics(["accuracy"])[0].Value;
        var initial = Tiny.Evaluate(model, TrainedWeights.Initial(draw), data).Metrics(["accuracy"])[0].Value;
        Assert.That(accuracy, Is.GreaterThan(initial + 0.1));
    }

    /// <summary>
    /// The first step computed a second time: plain-loop forward pass, logits and loss, with dropout masks from the draw.
    /// </summary>
    [Test]
    public void Loss_equals_plain_loops()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 2, torch.ScalarType.Float64);
        var data = Tiny.Task(configuration, 9, seed: 2);
        var draw = FineTuningDraw.Create(3, Settings with { Steps = 3, BatchSize = 4, AdapterDropout = 0.25 }, configuration, data.Count);
        var result = Tiny.Run(model, draw, data);
        // One step less leaves the weights that the third step's loss was computed with.
        var twoSteps = Tiny.Run(model, draw, data, cancellation: CancelAfter(2, out var progress), progress: progress);
        Assert.That(twoSteps.Training.Interrupted);
        Assert.That(twoSteps.Steps, Is.EqualTo(result.Steps.Take(2)));
        var weights = twoSteps.Weights.Values;

        double total = 0;
        var masks = draw.DropoutMasks(2).ToArray();
        for (var i = 0; i < 4; i++)
        {
            var example = data[(int)draw.Batch(2)[i]];
            var plain = new PlainBert(configuration, Tiny.Weights(model))
            {
                Adapters = weights,
                Rank = 2,
                Alpha = 2,
                AdapterMasks = [.. Enumerable.Range(0, 6).Select(
                    row => masks.Skip(((row * 4) + i) * 12).Take(12).Select(mask => mask / 0.75).ToArray())],
            };
            var first = plain.Encode(plain.Embed(example.Ids), example.Mask)[0];
            var hidden = Linear(Linear(first, weights, "projection"), weights, "dense").Select(Math.Tanh).ToArray();
            var logits = Linear(hidden, weights, "classifier");
            total += Math.Log(Math.Exp(logits[0]) + Math.Exp(logits[1])) - logits[(int)example.Label];
        }

        // Double arithmetic on both sides, weights exchanged in double: rounding only (compare BertModelTests).
        Assert.That(result.Steps[2].Loss, Is.EqualTo(total / 4).Within(1e-10));
    }

    [Test]
    public void Runs_repeat_bit_by_bit()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 48, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings, configuration, data.Count);
        var first = Tiny.Run(model, draw, data);
        var second = Tiny.Run(model, draw, data);
        Assert.That(second.Steps, Is.EqualTo(first.Steps));
        Assert.That(second.Weights.Values, Is.EqualTo(first.Weights.Values));
    }

    [Test]
    public void A_head_trained_with_every_weight_is_kept_without_adapters()
    {
        var configuration = Tiny.Configuration() with { Dropout = 0.05 };
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 48, seed: 1);
        using var classifier = new TaskClassifier(model, 2, lora: null, seed: 1);
        var settings = new TaskTrainingSettings { Steps = 40, LearningRate = 0.02, Epsilon = 1e-8, Optimizer = OptimizerKind.Adamw };
        var result = FineTuner.Run(classifier, new EpochSource(data, data, ["accuracy"], settings));
        Assert.That(result.Steps.TakeLast(5).Average(step => step.Loss), Is.LessThan(0.4));
        var weights = classifier.Weights(settings.ToFineTuningSettings(data.Count));
        Assert.That(weights.HasAdapters, Is.False);
        Assert.That(Tiny.Evaluate(model, weights, data).Metrics(["accuracy"])[0].Value, Is.GreaterThan(0.7));
    }

    /// <summary>PEFT's files hold the same adapters and head, rounded to float32: logits of a few units to some 1e-6.</summary>
    [Test]
    public void A_draws_adapters_are_written_and_read_in_PEFTs_format_too()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1, torch.ScalarType.Float64);
        var data = Tiny.Task(configuration, 48, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings with { AdapterDropout = 0.2 }, configuration, data.Count);
        var weights = Tiny.Run(model, draw, data).Weights;
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "draw-in-peft-format");
        using (var trained = new TaskClassifier(model, weights))
            LoraFiles.Save(folder, trained.Adapters!, trained.Head, "model");
        using var read = TaskClassifier.Load(folder, model, 2);
        Assert.That(read.Adapters!.Modules, Has.Exactly(6).Items);
        var expected = Tiny.Evaluate(model, weights, data).Logits.SelectMany(row => row).ToArray();
        Assert.That(Tiny.Difference([.. read.Predict(data).Logits.SelectMany(row => row)], expected), Is.LessThan(1e-5).And.GreaterThan(0));
        var back = read.Weights(weights.Settings);
        foreach (var (name, values) in weights.Values)
            Assert.That(back.Values[name], Is.EqualTo(Array.ConvertAll(values, value => (double)(float)value)), name);
    }

    [Test]
    public void Regression_uses_the_mean_squared_error()
    {
        var configuration = Tiny.Configuration(classes: 0);
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 32, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings with { BatchSize = 32 }, configuration, data.Count);
        var result = Tiny.Run(model, draw, data);
        Assert.That(
            result.Steps[0].Loss, Is.EqualTo(data.Labels().Average(label => label * label)).Within(1e-6), "the output starts at zero");
        Assert.That(result.Steps[^1].Loss, Is.LessThan(result.Steps[0].Loss / 2));
        Assert.That(Tiny.Evaluate(model, result.Weights, data).Metrics(["pearson"])[0].Value, Is.GreaterThan(0.5));
    }

    [Test]
    public void Results_are_written_and_read_back()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 20, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings with { Steps = 2 }, configuration, data.Count);
        var result = Tiny.Run(model, draw, data);
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "fine-tuning-result");
        var (weights, losses) = (Path.Combine(folder, "adapters.safetensors"), Path.Combine(folder, "metrics.csv"));
        Directory.CreateDirectory(folder);
        result.Weights.Write(weights);
        FineTuningStep.Write(losses, result.Steps);
        Assert.That(Directory.GetFiles(folder), Is.EquivalentTo(new[] { weights, losses }));
        var read = TrainedWeights.Read(weights);
        Assert.That(read.Values, Is.EqualTo(result.Weights.Values));
        Assert.That((read.Settings, read.Shape), Is.EqualTo((draw.Settings, draw.Shape)));
        var lines = File.ReadAllLines(losses);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Is.EqualTo("step,learning_rate,loss"));
        Assert.That(double.Parse(lines[2].Split(',')[2]), Is.EqualTo(result.Steps[1].Loss));
    }

    [Test]
    public void What_does_not_fit_is_named()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 20, seed: 1);
        var draw = FineTuningDraw.Create(1, Settings, configuration, 21);
        Assert.That(
            () => Tiny.Run(model, draw, data),
            Throws.ArgumentException.With.Message.Contains("21 training examples, tiny task has 20"));
        var other = FineTuningDraw.Create(1, Settings, configuration with { Layers = 3 }, 20);
        Assert.That(
            () => Tiny.Run(model, other, data),
            Throws.ArgumentException.With.Message.Contains("3 layers of width 8 and 6 tokens; the model has 2"));
        var regression = Tiny.Task(Tiny.Configuration(classes: 0), 20, 1);
        Assert.That(
            () => Tiny.Run(model, FineTuningDraw.Create(1, Settings, configuration, 20), regression),
            Throws.ArgumentException.With.Message.Contains("0 classes"));
    }

    [Test]
    public void A_training_step_leaves_no_tensors_behind()
    {
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 1);
        var data = Tiny.Task(configuration, 48, seed: 1);
        long Live(int steps)
        {
            var draw = FineTuningDraw.Create(1, Settings with { Steps = steps }, configuration, data.Count);
            Tiny.Run(model, draw, data);
            return torch.Tensor.TotalCount;
        }

        var after = Live(2);
        Assert.That(Live(6), Is.EqualTo(after));
    }

    private static CancellationToken CancelAfter(int steps, out IProgress<WorkProgress> progress)
    {
        var source = new CancellationTokenSource();
        progress = new ImmediateProgress<WorkProgress>(report =>
        {
            if (report.Done == steps)
                source.Cancel();
        });
        return source.Token;
    }

    private static double[] Linear(double[] x, IReadOnlyDictionary<string, double[]> weights, string name)
    {
        var bias = weights[$"head.{name}.bias"];
        var weight = weights[$"head.{name}.weight"];
        return [.. bias.Select((b, o) => b + x.Select((value, i) => value * weight[(i * bias.Length) + o]).Sum())];
    }
}
