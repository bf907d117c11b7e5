using Crammed.Files;
using Crammed.Text;

namespace Crammed.Bert.Tests;

/// <summary>Small models and data that tests share.</summary>
internal static class Tiny
{
    public const int Padding = 0, Unknown = 1, Classification = 2, Separator = 3, MaskToken = 4;

    public static SpecialTokens Special { get; } = new(Padding, Classification, Separator, MaskToken);

    public static BertConfiguration Configuration(
        AttentionKernel kernel = AttentionKernel.Polynomial,
        FeedForwardGate gate = FeedForwardGate.Bilinear,
        int layers = 2,
        int classes = 2) => new()
        {
            Architecture = "test",
            VocabularySize = 24,
            Layers = layers,
            Hidden = 8,
            Heads = 2,
            FeedForward = 12,
            SequenceLength = 6,
            Kernel = kernel,
            KernelPower = 4,
            Gate = gate,
            // Larger than the real default, so that no term of a small model vanishes in comparisons.
            InitializerStandardDeviation = 0.4,
            HeadProjection = 3,
            HeadHidden = 5,
            Classes = classes,
        };

    /// <summary>Random examples with 3 to 6 tokens; the label says whether token 5 is among them.</summary>
    public static TaskData Task(BertConfiguration configuration, int count, long seed)
    {
        var random = new SeededRandom(seed, "tiny task");
        var examples = new List<TaskExample>();
        for (var i = 0; i < count; i++)
        {
            var length = 3 + random.Next(configuration.SequenceLength - 2);
            var ids = new int[configuration.SequenceLength];
            var mask = new float[configuration.SequenceLength];
            Array.Fill(mask, 1f, 0, length);
            ids[0] = Classification;
            for (var j = 1; j < length - 1; j++)
                ids[j] = 6 + random.Next(configuration.VocabularySize - 6);
            ids[length - 1] = Separator;
            var positive = random.Next(2) == 1;
            if (positive)
                ids[1] = 5;
            examples.Add(new TaskExample(ids, mask, positive ? 1 : 0, Embedding: null));
        }

        return new TaskData("tiny task", configuration.SequenceLength, configuration.Classes, examples);
    }

    /// <summary>Carries out a draw from its initial weights.</summary>
    public static DrawRun Run(
        BertModel model, FineTuningDraw draw, TaskData data, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using var classifier = new TaskClassifier(model, TrainedWeights.Initial(draw));
        var result = FineTuner.Run(classifier, new DrawSource(draw, data), progress, cancellation);
        return new DrawRun(result, classifier.Weights(draw.Settings));
    }

    /// <summary>Predictions over the whole sequence length.</summary>
    public static Predictions Evaluate(BertModel model, TrainedWeights weights, TaskData data)
    {
        using var classifier = new TaskClassifier(model, weights);
        return classifier.Predict(data, trimPadding: false);
    }

    public static Dictionary<string, double[]> Weights(BertModel model) =>
        model.named_parameters().ToDictionary(parameter => parameter.Item1, parameter => parameter.Item2.ToFloat64Array());

    public static double[] Gaussian(long seed, int count, double scale = 1)
    {
        var random = new SeededRandom(seed, "test values");
        return [.. Enumerable.Range(0, count).Select(_ => scale * random.NextGaussian())];
    }

    public static double Difference(IReadOnlyList<double> left, IReadOnlyList<double> right)
    {
        Assert.That(left, Has.Count.EqualTo(right.Count));
        return left.Zip(right).Max(pair => Math.Abs(pair.First - pair.Second));
    }
}

/// <summary>A draw carried out.</summary>
internal sealed record DrawRun(FineTuningResult Training, TrainedWeights Weights)
{
    public IReadOnlyList<FineTuningStep> Steps => Training.Steps;
}
