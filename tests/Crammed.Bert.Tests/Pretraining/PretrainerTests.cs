using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class PretrainerTests
{
    private static readonly PretrainingSettings Settings = new()
    {
        BudgetSteps = 60,
        BatchSize = 16,
        DocumentBatchSize = 8,
        LearningRate = 0.01,
        Seed = 3,
    };

    /// <summary>Words come in fixed pairs (6 7), (8 9), ...: what is masked follows from its neighbour.</summary>
    internal static PretrainingCorpus Corpus(long seed)
    {
        var random = new SeededRandom(seed, "tiny corpus");
        var documents = Enumerable.Range(0, 80).Select(_ => (IReadOnlyList<int>)Enumerable.Range(0, 4).SelectMany(_ =>
        {
            var pair = 6 + (2 * random.Next(9));
            return new[] { pair, pair + 1 };
        }).ToArray());
        return PretrainingCorpus.Build(documents, Tiny.Special, 12);
    }

    internal static BertConfiguration Configuration(AttentionKernel kernel = AttentionKernel.Polynomial) =>
        Tiny.Configuration(kernel, layers: 1) with { SequenceLength = 12, InitializerStandardDeviation = 0.1 };

    [TestCase(AttentionKernel.Polynomial)]
    [TestCase(AttentionKernel.Softmax)]
    [TestCase(AttentionKernel.Gaussian)]
    public void Training_lowers_the_held_out_loss(AttentionKernel kernel)
    {
        using var model = new BertModel(Configuration(kernel), seed: 1);
        var (training, heldOut) = (Corpus(1), Corpus(2));
        var before = MaskedLanguageModel.HeldOut(model, heldOut, Settings, 64);
        var reports = new List<WorkProgress>();
        var result = Pretrainer.Run(
            model, training, heldOut, Settings with { BudgetSteps = 150 }, new ImmediateProgress<WorkProgress>(reports.Add));
        Assert.That(before, Is.EqualTo(Math.Log(24)).Within(0.2), "an untrained model knows nothing");
        Assert.That(result.HeldOutLoss, Is.LessThan(before - 0.3));
        Assert.That((result.Steps, result.Interrupted), Is.EqualTo((150, false)));
        Assert.That(reports.Select(report => report.Done), Is.EqualTo(Enumerable.Range(0, 151)), "one before the first step");
        Assert.That(reports[^1].Total, Is.EqualTo(150));
        Assert.That(reports[^1].Detail, Does.Contain(FormattableString.Invariant($"held-out {result.HeldOutLoss:F3}")));
    }

    [Test]
    public void The_seed_fixes_a_run_in_steps()
    {
        Dictionary<string, double[]> Train(long seed)
        {
            using var model = new BertModel(Configuration(), seed: 1);
            Pretrainer.Run(model, Corpus(1), Corpus(2), Settings with { BudgetSteps = 5, Seed = seed });
            return Tiny.Weights(model);
        }

        var first = Train(3);
        Assert.That(Train(3), Is.EqualTo(first));
        Assert.That(Train(4)["final_norm.weight"], Is.Not.EqualTo(first["final_norm.weight"]));
    }

    /// <summary>
    /// Words of one document share a parity. A first token that predicts them must carry it, so its state separates the two kinds.
    /// </summary>
    [Test]
    public void First_token_learns_to_carry_the_document()
    {
        var random = new SeededRandom(5, "parities");
        IReadOnlyList<int>[] documents = [.. Enumerable.Range(0, 120).Select(index => (IReadOnlyList<int>)Enumerable.Range(0, 8)
            .Select(_ => 6 + (2 * random.Next(9)) + (index % 2)).ToArray())];
        var corpus = PretrainingCorpus.Build(documents, Tiny.Special, 12);
        double FirstTokenLoss(double weight)
        {
            using var model = new BertModel(Configuration(), seed: 1);
            Pretrainer.Run(model, corpus, corpus, Settings with { BudgetSteps = 150, FirstTokenWeight = weight });
            using var scope = torch.NewDisposeScope();
            var batch = new MaskedBatch(60, 12, Tiny.Special, 24, 0.25);
            for (var i = 0; i < 60; i++)
                batch.Add(corpus.Document(i).Span, random);
            return MaskedLanguageModel.Losses(model, batch, EncoderPass.Plain, 1).FirstTokenLoss!.ToDouble();
        }

        // Knowing the parity, one of nine words is right: log 9 = 2.20 nats; knowing nothing, one of eighteen: 2.89.
        Assert.That(FirstTokenLoss(1), Is.LessThan(2.55));
        Assert.That(FirstTokenLoss(0), Is.GreaterThan(2.7));
    }

    [Test]
    public void Cancelling_finishes_the_step_and_returns()
    {
        using var model = new BertModel(Configuration(), seed: 1);
        using var source = new CancellationTokenSource();
        var progress = new ImmediateProgress<WorkProgress>(report =>
        {
            if (report.Done == 3)
                source.Cancel();
        });
        var result = Pretrainer.Run(model, Corpus(1), Corpus(2), Settings, progress, source.Token);
        Assert.That((result.Steps, result.Interrupted), Is.EqualTo((3, true)));
    }

    [Test]
    public void A_budget_in_seconds_ends_the_run()
    {
        using var model = new BertModel(Configuration(), seed: 1);
        var result = Pretrainer.Run(model, Corpus(1), Corpus(2), Settings with { BudgetSteps = null, BudgetSeconds = 0.05 });
        Assert.That(result.Steps, Is.GreaterThan(0));
        Assert.That(result.Interrupted, Is.False);
        Assert.That(result.Seconds, Is.GreaterThanOrEqualTo(0.05));
    }

    [Test]
    public void Learning_rate_is_a_triangle_with_its_peak_at_three_quarters()
    {
        var settings = new PretrainingSettings { LearningRate = 2 };
        double[] rates = [.. new[] { 0, 0.25, 0.75, 0.875, 1, 1.2 }.Select(settings.LearningRateAt)];
        Assert.That(rates, Is.EqualTo(new double[] { 0.5, 1, 2, 1, 0, 0 }).Within(1e-12));
    }

    [Test]
    public void Range_penalty_equals_hand_values_and_starts_on_time()
    {
        using var scope = torch.NewDisposeScope();
        var configuration = Tiny.Configuration();
        var settings = new RangePenaltySettings
        {
            KernelWeight = 0.5,
            KernelFraction = 0.75,
            VarianceWeight = 2,
            VarianceRatio = 4,
            ResidualWeight = 3,
            ResidualLimit = 10,
        };
        var penalty = new RangePenalty(settings, configuration, isLate: true);
        // k = 4: the stable range is 32, penalised below -24 in units of 16; one of two examples exceeds by 8/16.
        penalty.Observe(ActivationNames.KernelArgument(0), torch.tensor(new double[] { -1, -32 }, [2L, 1L, 1L, 1L]));
        Assert.That(penalty.Total!.ToDouble(), Is.EqualTo(0.5 * 0.25 / 2).Within(1e-12));
        // Log variances are +-2 ln 2 around their mean; half the band is ln 2.
        penalty.Observe(ActivationNames.FinalNormVariance, torch.tensor(new double[] { 1, 16 }));
        var variance = 2 * Math.Pow(Math.Log(2), 2);
        Assert.That(penalty.Total!.ToDouble(), Is.EqualTo((0.5 * 0.25 / 2) + variance).Within(1e-12));
        penalty.Observe(ActivationNames.Value(0, "attention.residual"), torch.tensor(new double[] { 12, -5 }));
        Assert.That(penalty.Total!.ToDouble(), Is.EqualTo((0.5 * 0.25 / 2) + variance + (3 * 4 / 2.0)).Within(1e-12));

        var early = new RangePenalty(settings, configuration, isLate: false);
        early.Observe(ActivationNames.FinalNormVariance, torch.tensor(new double[] { 1, 16 }));
        Assert.That(early.Total, Is.Null);
        var gaussian = new RangePenalty(settings, Tiny.Configuration(AttentionKernel.Gaussian), isLate: true);
        gaussian.Observe(ActivationNames.KernelArgument(0), torch.tensor(new double[] { -1000 }, [1L, 1L, 1L, 1L]));
        Assert.That(gaussian.Total, Is.Null);
    }

    [Test]
    public void A_quantity_above_the_references_limit_is_added_itself()
    {
        using var scope = torch.NewDisposeScope();
        var settings = new RangePenaltySettings
        {
            KernelWeight = 0,
            VarianceWeight = 0,
            ResidualWeight = 0,
            LargestVariance = 100,
            LargestVarianceRatio = 300,
            LargestKernelArgument = 480,
            LimitWeight = 2,
        };
        double Of(AttentionKernel kernel, string name, params double[] values)
        {
            var penalty = new RangePenalty(settings, Tiny.Configuration(kernel), isLate: true);
            penalty.Observe(name, torch.tensor(values, [values.Length, 1L, 1L, 1L]));
            return penalty.Total?.ToDouble() ?? 0;
        }

        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.FinalNormVariance, 50, 100), Is.Zero);
        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.FinalNormVariance, 50, 101), Is.EqualTo(202));
        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.FinalNormVariance, 0.125, 50), Is.EqualTo(800));
        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.FinalNormVariance, 0.25, 200), Is.EqualTo(400 + 1600));
        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.KernelArgument(0), -480, 0), Is.Zero);
        Assert.That(Of(AttentionKernel.Gaussian, ActivationNames.KernelArgument(0), -500, 0), Is.EqualTo(1000));
        Assert.That(Of(AttentionKernel.Softmax, ActivationNames.KernelArgument(0), -500, 0), Is.Zero);
        Assert.That(
            new RangePenalty(settings, Tiny.Configuration(AttentionKernel.Polynomial), isLate: false).IsActive, Is.False, "too early");
    }

    [Test]
    public void A_budget_in_tokens_ends_with_the_step_that_reaches_it()
    {
        using var model = new BertModel(Configuration(), seed: 1);
        var settings = Settings with { BudgetSteps = null, BudgetTokens = 1000, DocumentBatchSize = 0 };
        var result = Pretrainer.Run(model, Corpus(1), Corpus(2), settings);
        // 16 sequences of 12 tokens in a step.
        Assert.That((result.Steps, result.Tokens), Is.EqualTo((6, 6 * 16 * 12L)));
    }

    [Test]
    public void Held_out_losses_stand_at_fixed_shares_of_the_budget()
    {
        using var model = new BertModel(Configuration(), seed: 1);
        var settings = Settings with { BudgetSteps = 10, HeldOutInterval = 0.3 };
        var result = Pretrainer.Run(model, Corpus(1), Corpus(2), settings);
        Assert.That(
            result.Metrics.Where(row => row.HeldOutLoss is not null).Select(row => row.Step), Is.EqualTo(new[] { 3, 6, 9, 10 }));
        Assert.That(result.HeldOutPerplexity, Is.EqualTo(Math.Exp(result.HeldOutLoss)));
    }

    [Test]
    public void Penalty_narrows_the_range_of_variances()
    {
        double Ratio(double weight)
        {
            using var model = new BertModel(Configuration() with { InitializerStandardDeviation = 0.4 }, seed: 1);
            var penalty = new RangePenaltySettings { VarianceWeight = weight, VarianceRatio = 1.5 };
            Pretrainer.Run(model, Corpus(1), Corpus(2), Settings with { BudgetSteps = 120, Penalty = penalty });
            var recorder = new RangeRecorder();
            using var scope = torch.NewDisposeScope();
            var corpus = Corpus(2);
            long[] ids = [.. Enumerable.Range(0, 16).SelectMany(index => corpus.Sequence(index).ToArray()).Select(id => (long)id)];
            model.Encode(model.Embed(torch.tensor(ids, [16L, 12L])), null, new EncoderPass { Observer = recorder });
            var range = recorder.Ranges[ActivationNames.FinalNormVariance];
            return range.Maximum / range.Minimum;
        }

        Assert.That(Ratio(10), Is.LessThan(0.7 * Ratio(0)));
    }

    [Test]
    public void Settings_out_of_range_are_named()
    {
        Assert.That((Settings with { BudgetSeconds = 3 }).Validate, Throws.ArgumentException.With.Message.Contains("exactly one budget"));
        Assert.That((Settings with { BudgetTokens = 3 }).Validate, Throws.ArgumentException.With.Message.Contains("exactly one budget"));
        Assert.That((Settings with { BatchRamp = 1.5 }).Validate, Throws.ArgumentException.With.Message.Contains("batch_ramp is 1.5"));
        Assert.That(
            (Settings with { MicroBatchSize = 0 }).Validate, Throws.ArgumentException.With.Message.Contains("micro_batch_size is 0"));
        Assert.That((Settings with { BudgetSteps = 0 }).Validate, Throws.ArgumentException.With.Message.Contains("budget_steps is 0"));
        Assert.That(
            (Settings with { MaskedFraction = 0 }).Validate, Throws.ArgumentException.With.Message.Contains("masked_fraction is 0"));
        Assert.That(
            (Settings with { Penalty = new RangePenaltySettings { VarianceRatio = 0.5 } }).Validate,
            Throws.ArgumentException.With.Message.Contains("variance_ratio is 0.5"));
    }
}
