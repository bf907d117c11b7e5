using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Reports;

/// <summary>A report made by hand, whose every figure is easy to check.</summary>
internal static class SampleReport
{
    public static EncryptedReport Create() => new()
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
            [new Score(MetricNames.Accuracy, 0.5, 0.01, 0.5), new Score(MetricNames.F1, 0.4, 0.02, 0.6)],
            [new Score(MetricNames.Accuracy, 0.7, 0.01, 0.5), new Score(MetricNames.F1, 0.65, 0.02, 0.6)],
            [new Score(MetricNames.Accuracy, 0.71, 0.01, 0.5), new Score(MetricNames.F1, 0.66, 0.02, 0.6)])
        {
            BySteps = [(1, 0.6), (2, 0.71)],
        },
        Evaluation = new EncryptedEvaluation(64, 63, 2.5e-4)
        {
            Encrypted = [new Score(MetricNames.Accuracy, 0.6875, 0.0579, 0.5)],
            Plaintext = [new Score(MetricNames.Accuracy, 0.7031, 0.0571, 0.5)],
        },
        Cost = new RunCost(
            "training step",
            new StepCost(16, 100, 5L << 30, 3L << 30),
            new StepCost(20, 100, 6L << 30, 3L << 30),
            [new("layer 0", 10, 12), new("head", 6, 8)],
            [new("Products", 150, 12), new("Rotate", 30, 8)],
            [new("evaluation keys", 3L << 30), new("container", 200 << 20)],
            [new("server", 6L << 30), new("key holder", 1L << 30)]),
        Levels = new LevelLedger(
            5, [new("layer 0", 5, 4, 0), new("layer 0", 4, 2, 0), new("layer 0", 2, 5, 3), new("head", 5, 3, 0), new("update", 3, 2, 0)]),
        Stages = [new("pretraining", 200), new("encrypted training", 500)],
        Reproduction = new ReproductionFacts("crammed demo", 1, 2, "0123456789ab", new MachineFacts("Some CPU", 2, 256, "Linux")),
    };
}
