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
        var penalty = new RangePenalty(settings.Penalty, model.Configuration, normsToo: usedBudget >= settings.Penalty.Start);
        var (loss, total, tokens) = Losses(new EncoderPass { Observer = penalty });
        if (penalty.Total is not null)
            total += penalty.Total;
        var value = loss.ToDouble();
        if (!double.IsFinite(value))
        {
            throw new InvalidOperationException(
                $"the loss is {value} after {Steps} steps; lower the learning rate or strengthen the kernel penalty");
        }

        optimizer.ZeroGradients();
        total.backward();
        torch.nn.utils.clip_grad_norm_(parameters, settings.GradientClip);
        optimizer.Step(settings.LearningRateAt(usedBudget));
        Steps++;
        Tokens += tokens;
        losses.Add(value);
        return (value, penalty.Total?.ToDouble() ?? 0);
    }

    public void Dispose() => optimizer.Dispose();

    /// <summary>Mean masked-token loss of both batches, what is minimised apart from penalties, and the number of tokens.</summary>
    private (torch.Tensor Loss, torch.Tensor Total, long Tokens) Losses(EncoderPass pass)
    {
        var random = new SeededRandom(settings.Seed, "masks", Steps);
        var packed = Batch(settings.BatchSize, () => corpus.Sequence(packedOrder.Next()), random);
        var (loss, _) = MaskedLanguageModel.Losses(model, packed, pass, 0);
        if (settings.DocumentBatchSize == 0)
            return (loss, loss, packed.Tokens);

        var documents = Batch(settings.DocumentBatchSize, () => corpus.Document(documentOrder.Next()), random);
        if (documents.Labels.Count == 0)
            return (loss, loss, packed.Tokens);
        var (documentLoss, firstTokenLoss) = MaskedLanguageModel.Losses(model, documents, pass, settings.FirstTokenWeight);
        double share = documents.Labels.Count / (double)(documents.Labels.Count + packed.Labels.Count);
        loss = (loss * (1 - share)) + (documentLoss * share);
        var total = firstTokenLoss is null ? loss : loss + (firstTokenLoss * settings.FirstTokenWeight);
        return (loss, total, packed.Tokens + documents.Tokens);
    }

    private MaskedBatch Batch(int count, Func<ReadOnlyMemory<int>> next, SeededRandom random)
    {
        var rows = Enumerable.Range(0, count).Select(_ => next()).ToList();
        var batch = new MaskedBatch(
            count, rows.Max(row => row.Length), corpus.Special, model.Configuration.VocabularySize, settings.MaskedFraction);
        foreach (var row in rows)
            batch.Add(row.Span, random);
        return batch;
    }
}
