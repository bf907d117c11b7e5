using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Model, optimizer and data order of one pretraining run, advanced step by step.</summary>
internal sealed class PretrainingRun : IDisposable
{
    private readonly BertModel model;
    private readonly PretrainingCorpus corpus;
    private readonly PretrainingSettings settings;
    private readonly Parameter[] parameters;
    private readonly DecoupledAdam optimizer;
    private readonly EpochOrder packedOrder;
    private readonly EpochOrder documentOrder;
    private readonly List<double> losses = [];

    public PretrainingRun(BertModel model, PretrainingCorpus corpus, PretrainingSettings settings)
    {
        this.model = model;
        this.corpus = corpus;
        this.settings = settings;
        var trained = model.named_parameters()
            .Select(parameter => new TrainedTensor(parameter.Item1, parameter.Item2, Decays: parameter.Item2.shape.Length > 1))
            .ToList();
        parameters = [.. model.parameters()];
        optimizer = new DecoupledAdam(
            trained, settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay, EpsilonPlacement.OutsideRoot);
        packedOrder = new EpochOrder(corpus.Sequences, settings.Seed, "packed order");
        documentOrder = new EpochOrder(corpus.Documents, settings.Seed, "document order");
    }

    public int Steps { get; private set; }

    /// <summary>Tokens trained on, padding not counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>Mean loss of the last tenth of the steps.</summary>
    public double RecentLoss => losses.Count == 0 ? double.NaN : losses.Skip(losses.Count * 9 / 10).Average();

    /// <summary>One step; returns its masked-token loss and penalty.</summary>
    public (double Loss, double Penalty) Step(double usedBudget)
    {
        using var scope = torch.NewDisposeScope();
        var batch = NextBatch(new SeededRandom(settings.Seed, "masks", Steps));
        var penalty = new RangePenalty(settings.Penalty, model.Configuration, normsToo: usedBudget >= settings.Penalty.Start);
        var (loss, firstTokenLoss) = MaskedLanguageModel.Losses(
            model, batch, new EncoderPass { Observer = penalty }, settings.FirstTokenWeight);
        var total = firstTokenLoss is null ? loss : loss + (firstTokenLoss * settings.FirstTokenWeight);
        if (penalty.Total is not null)
            total += penalty.Total;
        var value = loss.ToDouble();
        if (!double.IsFinite(value))
            throw new InvalidOperationException(
                $"the loss is {value} after {Steps} steps; lower the learning rate or strengthen the kernel penalty");

        optimizer.ZeroGradients();
        total.backward();
        torch.nn.utils.clip_grad_norm_(parameters, settings.GradientClip);
        optimizer.Step(settings.LearningRateAt(usedBudget));
        Steps++;
        Tokens += (long)batch.Mask.Sum();
        losses.Add(value);
        return (value, penalty.Total?.ToDouble() ?? 0);
    }

    public void Dispose() => optimizer.Dispose();

    private MaskedBatch NextBatch(SeededRandom random)
    {
        var batch = new MaskedBatch(
            settings.BatchSize, corpus.SequenceLength, corpus.Special, model.Configuration.VocabularySize, settings.MaskedFraction);
        var padded = (int)Math.Round(settings.PaddedFraction * settings.BatchSize);
        for (var i = 0; i < settings.BatchSize; i++)
            batch.Add(i < padded ? corpus.Document(documentOrder.Next()) : corpus.Sequence(packedOrder.Next()), random);
        return batch;
    }
}
