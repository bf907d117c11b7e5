using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Model, optimizer and data order of one pretraining run, advanced step by step.</summary>
internal sealed class PretrainingRun : IDisposable
{
    private readonly PretrainingCorpus corpus;
    private readonly PretrainingSettings settings;
    private readonly BatchSchedule schedule;
    private readonly Parameter[] parameters;
    private readonly EpochOrder packedOrder;
    private readonly EpochOrder documentOrder;
    private long microBatches;

    public PretrainingRun(BertModel model, PretrainingCorpus corpus, PretrainingSettings settings)
    {
        Model = model;
        this.corpus = corpus;
        this.settings = settings;
        schedule = new BatchSchedule(
            settings.BatchSize, settings.DocumentBatchSize, settings.MicroBatchSize ?? settings.BatchSize, settings.BatchRamp);
        var trained = model.named_parameters()
            .Select(parameter => new TrainedTensor(parameter.Item1, parameter.Item2, Decays: parameter.Item2.shape.Length > 1))
            .ToList();
        parameters = [.. model.parameters()];
        Optimizer = new DecoupledAdam(
            trained, OptimizerKind.Adamw, settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay);
        packedOrder = new EpochOrder(corpus.Sequences, settings.Seed, "packed order");
        documentOrder = new EpochOrder(corpus.Documents, settings.Seed, "document order");
    }

    public BertModel Model { get; }

    public DecoupledAdam Optimizer { get; }

    public int Steps { get; private set; }

    /// <summary>Tokens trained on, padding not counted.</summary>
    public long Tokens { get; private set; }

    public PretrainingPosition Position
    {
        get => new(microBatches, packedOrder.Position, documentOrder.Position);
        private set
        {
            microBatches = value.MicroBatches;
            packedOrder.Position = value.Sequences;
            documentOrder.Position = value.Documents;
        }
    }

    /// <summary>Continues where an earlier run was; the model's weights and the optimizer's moments are the caller's to restore.</summary>
    public void Restore(int steps, long tokens, PretrainingPosition position)
    {
        Steps = steps;
        Tokens = tokens;
        Position = position;
    }

    /// <summary>One step, whose metrics have neither held-out loss nor seconds.</summary>
    /// <exception cref="TrainingDivergedException">The run is then as before the step.</exception>
    public PretrainingMetrics Step(double usedBudget)
    {
        var before = Position;
        try
        {
            return Update(usedBudget);
        }
        catch (TrainingDivergedException)
        {
            Position = before;
            throw;
        }
    }

    public void Dispose() => Optimizer.Dispose();

    private PretrainingMetrics Update(double usedBudget)
    {
        using var scope = torch.NewDisposeScope();
        var rate = settings.LearningRateAt(usedBudget);
        double loss = 0, penalty = 0;
        long tokens = 0;
        Optimizer.ZeroGradients();
        foreach (var part in schedule.At(usedBudget))
        {
            var (partLoss, partPenalty, partTokens) = Accumulate(part, usedBudget);
            loss += part.Weight * partLoss;
            penalty += part.Weight * partPenalty;
            tokens += partTokens;
        }

        RequireFinite("norm of the gradient", torch.nn.utils.clip_grad_norm_(parameters, settings.GradientClip));
        Optimizer.Step(rate);
        Steps++;
        Tokens += tokens;
        return new PretrainingMetrics(Steps, loss, penalty, null, rate, schedule.SequencesAt(usedBudget), Tokens, Seconds: 0);
    }

    /// <summary>Adds one micro-batch's share to the gradients; returns its own loss, penalty and tokens.</summary>
    private (double Loss, double Penalty, long Tokens) Accumulate(MicroBatch part, double usedBudget)
    {
        using var scope = torch.NewDisposeScope();
        var penalty = new RangePenalty(settings.Penalty, Model.Configuration, isLate: usedBudget >= settings.Penalty.Start);
        var pass = new EncoderPass
        {
            Observer = penalty.IsActive ? penalty : null,
            Products = settings.Precision == MatrixProductPrecision.Bfloat16 ? torch.ScalarType.BFloat16 : null,
        };
        var (loss, total, tokens) = Losses(part, pass);
        if (penalty.Total is not null)
            total += penalty.Total;
        var value = loss.ToDouble();
        RequireFinite("loss", value);
        (part.Weight < 1 ? total * part.Weight : total).backward();
        return (value, penalty.Total?.ToDouble() ?? 0, tokens);
    }

    /// <summary>Mean masked-token loss of both kinds of text, what is minimised apart from penalties, and the number of tokens.</summary>
    private (torch.Tensor Loss, torch.Tensor Total, long Tokens) Losses(MicroBatch part, EncoderPass pass)
    {
        var random = new SeededRandom(settings.Seed, "masks", microBatches++);
        var packed = Batch(part.Sequences, () => corpus.Sequence(packedOrder.Next()), random);
        var (loss, _) = MaskedLanguageModel.Losses(Model, packed, pass, 0);
        if (part.Documents == 0)
            return (loss, loss, packed.Tokens);

        var documents = Batch(part.Documents, () => corpus.Document(documentOrder.Next()), random);
        if (documents.Labels.Count == 0)
            return (loss, loss, packed.Tokens);
        var (documentLoss, firstTokenLoss) = MaskedLanguageModel.Losses(Model, documents, pass, settings.FirstTokenWeight);
        double share = documents.Labels.Count / (double)(documents.Labels.Count + packed.Labels.Count);
        loss = (loss * (1 - share)) + (documentLoss * share);
        var total = firstTokenLoss is null ? loss : loss + (firstTokenLoss * settings.FirstTokenWeight);
        return (loss, total, packed.Tokens + documents.Tokens);
    }

    private MaskedBatch Batch(int count, Func<ReadOnlyMemory<int>> next, SeededRandom random)
    {
        var rows = Enumerable.Range(0, count).Select(_ => next()).ToList();
        var batch = new MaskedBatch(
            count, rows.Max(row => row.Length), corpus.Special, Model.Configuration.VocabularySize, settings.MaskedFraction);
        foreach (var row in rows)
            batch.Add(row.Span, random);
        return batch;
    }

    private void RequireFinite(string what, double value)
    {
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(Steps + 1, FormattableString.Invariant($"the {what} is {value}"));
    }
}
