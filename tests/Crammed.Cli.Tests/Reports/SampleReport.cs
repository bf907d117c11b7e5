using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Reports;

/// <summary>A report made by hand, whose every figure is easy to check.</summary>
internal static class SampleReport
{
    public static DemoReport Create() => new()
    {
        Run = new RunFacts(
            "sample",
            "wordnet-living",
            TrainingExamples: 2048,
            BertConfiguration.Named("crammed-bert-he") with { Layers = 1, Hidden = 32, Heads = 2, HeadProjection = 8, HeadHidden = 32 },
            Parameters: 272641,
            TrainedParameters: 1002,
            new FineTuningSettings { Steps = 2 },
            HeldOutLoss: 6.25),
        Encryption = new EncryptionFacts("N14QP428", 14, 428.0, 128, RefreshPolicy.Client, ReleasedBits: 16),
        KeyHoldings = [new("key holder", "secret key", "nothing"), new("server", "evaluation keys", "secret key")],
        Items = [new("embeddings", true, "by the key holder"), new("model weights", false, "on the server")],
        // Gap 0.001, and noise of mean 0 whose sample deviation is 0.001: the bound is 0.001 + 0.006 + 2^-16.
        Losses =
        [
            new(1, 0.693, 0.693, 0.694, [0.693, 0.694, 0.695]),
            new(2, 0.650, 0.656, 0.657, [0.656, 0.657, 0.658]),
        ],
        Adapters = [new("layer0.query.lora_a", 1.25e-5, 0.5), new("head.projection.weight", 3.1e-6, 1.5)],
        Scores = new ScoreComparison(
            2000,
            new Score(MetricNames.Accuracy, 0.5, 0.01, 0.5),
            new Score(MetricNames.Accuracy, 0.7, 0.01, 0.5),
            new Score(MetricNames.Accuracy, 0.71, 0.01, 0.5)),
        EncryptedEvaluation = new EncryptedEvaluation(64, 63, 2.5e-4),
        Predicted = new StepCost(16, 100, 5L << 30, 3L << 30),
        Measured = new StepCost(20, 100, 6L << 30, 3L << 30),
        Parts = [new("layer 0", 12), new("head", 8)],
        Instructions = [new("Products", 150, 12), new("Rotate", 30, 8)],
        Sizes = [new("evaluation keys", 3L << 30), new("container", 200 << 20)],
        PeakMemory = [new("server", 6L << 30), new("key holder", 1L << 30)],
        Stages = [new("pretraining", 200), new("encrypted training", 500)],
        Reproduction = new ReproductionFacts("crammed demo", 1, 2, "0123456789ab", new MachineFacts("Some CPU", 2, 256, "Linux")),
    };
}
