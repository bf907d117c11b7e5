using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Model, optimizer and data order of one pretraining run, advanced step by step.</summary>
internal sealed class PretrainingRun : IDisposable
{
    private readonly PretrainingCorpus _corpus;
    private readonly PretrainingSettings _settings;
    private readonly BatchSchedule _schedule;
    private readonly Parameter[] _parameters;
    private readonly EpochOrder _packedOrder;
    private readonly EpochOrder _documentOrder;
    private long _microBatches;

    public PretrainingRun(BertModel model, PretrainingCorpus corpus, PretrainingSettings settings)
    {
        Model = model;
        _corpus = corpus;
        _settings = settings;
        _schedule = new BatchSchedule(
            settings.BatchSize, settings.DocumentBatchSize, settings.MicroBatchSize ?? settings.BatchSize, settings.BatchRamp);
        var trained = model.named_parameters()
            .Select(parameter => new TrainedTensor(parameter.Item1, parameter.Item2, Decays: parameter.Item2.shape.Length > 1))
            .ToList();
        _parameters = [.. model.parameters()];
        Optimizer = new DecoupledAdam(
            trained, OptimizerKind.Adamw, settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay);
        _packedOrder = new EpochOrder(corpus.Sequences, settings.Seed, "packed order");
        _documentOrder = new EpochOrder(corpus.Documents, settings.Seed, "document order");
    }

    public BertModel Model { get; }

    public DecoupledAdam Optimizer { get; }

    public int Steps { get; private set; }

    /// <summary>Tokens trained on, padding not counted.</summary>
    public long Tokens { get; private set; }

    public PretrainingPosition Position
    {
        get => new(_microBatches, _packedOrder.Position, _documentOrder.Position);
        private set
        {
            _microBatches = value.MicroBatches;
            _packedOrder.Position = value.Sequences;
            _documentOrder.Position = value.Documents;
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
        var rate = _settings.LearningRateAt(usedBudget);
        double loss = 0, penalty = 0;
        long tokens = 0;
        Optimizer.ZeroGradients();
        foreach (var part in _schedule.At(usedBudget))
        {
            var (partLoss, partPenalty, partTokens) = Accumulate(part, usedBudget);
            loss += part.Weight * partLoss;
            penalty += part.Weight * partPenalty;
            tokens += partTokens;
        }

        RequireFinite("norm of the gradient", torch.nn.utils.clip_grad_norm_(_parameters, _settings.GradientClip));
        Optimizer.Step(rate);
        Steps++;
        Tokens += tokens;
        return new PretrainingMetrics(Steps, loss, penalty, null, rate, _schedule.SequencesAt(usedBudget), Tokens, Seconds: 0);
    }

    /// <summary>Adds one micro-batch's share to the gradients; returns its own loss, penalty and tokens.</summary>
    private (double Loss, double Penalty, long Tokens) Accumulate(MicroBatch part, double usedBudget)
    {
        using var scope = torch.NewDisposeScope();
        var penalty = new RangePenalty(_settings.Penalty, Model.Configuration, isLate: usedBudget >= _settings.Penalty.Start);
        var pass = new EncoderPass
        {
            Observer = penalty.IsActive ? penalty : null,
            Products = _settings.Precision == MatrixProductPrecision.Bfloat16 ? torch.ScalarType.BFloat16 : null,
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
        var random = new SeededRandom(_settings.Seed, "masks", _microBatches++);
        var packed = Batch(part.Sequences, () => _corpus.Sequence(_packedOrder.Next()), random);
        var (loss, _) = MaskedLanguageModel.Losses(Model, packed, pass, 0);
        if (part.Documents == 0)
            return (loss, loss, packed.Tokens);

        var documents = Batch(part.Documents, () => _corpus.Document(_documentOrder.Next()), random);
        if (documents.Labels.Count == 0)
            return (loss, loss, packed.Tokens);
        var (documentLoss, firstTokenLoss) = MaskedLanguageModel.Losses(Model, documents, pass, _settings.FirstTokenWeight);
        var share = documents.Labels.Count / (double)(documents.Labels.Count + packed.Labels.Count);
        loss = (loss * (1 - share)) + (documentLoss * share);
        var total = firstTokenLoss is null ? loss : loss + (firstTokenLoss * _settings.FirstTokenWeight);
        return (loss, total, packed.Tokens + documents.Tokens);
    }

    private MaskedBatch Batch(int count, Func<ReadOnlyMemory<int>> next, SeededRandom random)
    {
        var rows = Enumerable.Range(0, count).Select(_ => next()).ToList();
        var batch = new MaskedBatch(
            count, rows.Max(row => row.Length), _corpus.Special, Model.Configuration.VocabularySize, _settings.MaskedFraction);
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
