using TorchSharp;

namespace Crammed.Bert.Tests;

public class PretrainingRunTests
{
    private static readonly PretrainingSettings Settings = new()
    {
        BudgetSteps = 1,
        BatchSize = 6,
        MicroBatchSize = 4,
        DocumentBatchSize = 0,
        GradientClip = 1e9,
        Seed = 3,
        Penalty = new RangePenaltySettings { KernelWeight = 0, VarianceWeight = 0, ResidualWeight = 0 },
    };

    /// <summary>
    /// AdamW's first moment after one step is 1 - beta1 times the gradient. The same gradient in one backward pass differs by the order of
    /// summation only: a few hundred float32 additions, each wrong by at most 2^-24 of the largest partial sum.
    /// </summary>
    [Test]
    public void Micro_batches_add_up_to_the_gradient_of_their_weighted_mean_loss()
    {
        var corpus = PretrainerTests.Corpus(1);
        using var model = new BertModel(PretrainerTests.Configuration(), seed: 1);
        using var run = new PretrainingRun(model, corpus, Settings);
        run.Step(0);

        using var scope = torch.NewDisposeScope();
        using var twin = new BertModel(PretrainerTests.Configuration(), seed: 1);
        var order = new EpochOrder(corpus.Sequences, Settings.Seed, "packed order");
        (MaskedLanguageModel.Losses(twin, Batch(corpus, order, 4, 0), EncoderPass.Plain, 0).Loss * (4.0 / 6)
            + MaskedLanguageModel.Losses(twin, Batch(corpus, order, 2, 1), EncoderPass.Plain, 0).Loss * (2.0 / 6)).backward();
        var expected = twin.named_parameters().ToDictionary(pair => pair.Item1, pair => pair.Item2.grad!.ToFloat64Array());
        foreach (var (name, first, _) in run.Optimizer.Moments)
        {
            var gradient = first.ToFloat64Array().Select(value => value / (1 - Settings.Beta1)).ToArray();
            var largest = expected[name].Max(Math.Abs);
            Assert.That(Tiny.Difference(gradient, expected[name]), Is.LessThanOrEqualTo(500 * Math.Pow(2, -24) * largest), name);
        }
    }

    [Test]
    public void Sequences_of_bfloat16_products_lose_precision_and_nothing_else()
    {
        var corpus = PretrainerTests.Corpus(1);
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(PretrainerTests.Configuration(), seed: 1);
        var batch = Batch(corpus, new EpochOrder(corpus.Sequences, 3, "any"), 16, 0);
        double Loss(torch.ScalarType? products) =>
            MaskedLanguageModel.Losses(model, batch, new EncoderPass { Products = products }, 0).Loss.ToDouble();

        var (exact, rounded) = (Loss(null), Loss(torch.ScalarType.BFloat16));
        Assert.That(rounded, Is.Not.EqualTo(exact));
        // A logit is wrong by 2^-8 of its size for each of the few products on its way; an untrained model's logits are below 1.
        Assert.That(rounded, Is.EqualTo(exact).Within(0.05));
    }

    [Test]
    public void Training_in_bfloat16_lowers_the_loss_and_keeps_weights_in_float32()
    {
        using var model = new BertModel(PretrainerTests.Configuration(), seed: 1);
        var settings = new PretrainingSettings
        {
            BudgetSteps = 150,
            BatchSize = 16,
            DocumentBatchSize = 8,
            LearningRate = 0.01,
            Precision = MatrixProductPrecision.Bfloat16,
        };
        var result = Pretrainer.Run(model, PretrainerTests.Corpus(1), PretrainerTests.Corpus(2), settings);
        Assert.That(result.HeldOutLoss, Is.LessThan(Math.Log(24) - 0.3));
        Assert.That(model.parameters().Select(parameter => parameter.dtype), Is.All.EqualTo(torch.ScalarType.Float32));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(5)]
    [TestCase(12)]
    [TestCase(14)]
    public void An_order_continues_from_its_position(int taken)
    {
        var order = new EpochOrder(5, 7, "order");
        for (var i = 0; i < taken; i++)
            order.Next();
        Assert.That(order.Position, Is.EqualTo(taken));
        var again = new EpochOrder(5, 7, "order") { Position = taken };
        Assert.That(again.Position, Is.EqualTo(taken));
        Assert.That(Enumerable.Range(0, 12).Select(_ => again.Next()), Is.EqualTo(Enumerable.Range(0, 12).Select(_ => order.Next())));
    }

    private static MaskedBatch Batch(PretrainingCorpus corpus, EpochOrder order, int sequences, int index)
    {
        var random = new SeededRandom(Settings.Seed, "masks", index);
        var batch = new MaskedBatch(sequences, corpus.SequenceLength, corpus.Special, 24, Settings.MaskedFraction);
        for (var i = 0; i < sequences; i++)
            batch.Add(corpus.Sequence(order.Next()).Span, random);
        return batch;
    }
}
