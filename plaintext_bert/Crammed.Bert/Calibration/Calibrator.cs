using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Takes the ranges of a pretrained model's inner values on public text, padded as fine-tuning inputs are, while a mock fine-tuning moves
/// adapters and head as a real one would. Its labels come from the model itself: does the text lie above the median along the direction
/// in which the first token's states vary most? A linear head separates these, so gradients, tanh inputs and logits grow at least as
/// fast as with a real task's labels.
/// </summary>
public static class Calibrator
{
    private const string Source = "public text, mock fine-tuning";
    private const int BatchSize = 64;
    private const int PowerIterations = 50;

    /// <summary>Runs the mock fine-tuning and records every observed value; the model itself does not change.</summary>
    /// <param name="model">A pretrained model.</param>
    /// <param name="texts">Public text, one document each.</param>
    /// <param name="encoder">Texts to the model's inputs.</param>
    /// <param name="settings">Validated here.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">A setting out of its range, or fewer texts than examples.</exception>
    /// <exception cref="TrainingDivergedException">The mock fine-tuning diverged.</exception>
    public static Calibration Measure(
        BertModel model,
        IReadOnlyList<string> texts,
        InputEncoder encoder,
        CalibrationSettings settings,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (texts.Count < settings.Examples)
            throw new ArgumentException(
                $"{texts.Count} texts for {settings.Examples} examples; lower examples or give more text", nameof(texts));
        var configuration = settings.Apply(model.Configuration);
        var inputs = Inputs(texts, encoder, configuration.SequenceLength, settings);
        var data = MockTask(inputs, FirstTokenScores(model, MockTask(inputs, new double[inputs.Count], configuration)), configuration);

        var draw = FineTuningDraw.Create(settings.Seed, settings.FineTuning, configuration, data.Count);
        var recorder = new RangeRecorder();
        using var classifier = new TaskClassifier(model, TrainedWeights.Initial(draw));
        FineTuner.Run(classifier, new DrawSource(draw, data), recorder, progress: null, cancellation).RequireFinite();
        var pass = new EncoderPass { FirstTokenOnly = true, Observer = recorder };
        classifier.Predict(data, pass, trimPadding: false, cancellation);
        var allTokens = new RangeRecorder();
        classifier.Predict(data, pass with { FirstTokenOnly = false, Observer = allTokens }, trimPadding: false, cancellation);
        return new Calibration(settings.Margin, data.Count, recorder.Ranges, allTokens.Ranges, Source);
    }

    /// <summary>Padded inputs: single texts, and for a part of them several texts joined up to a random length.</summary>
    private static List<BertEncoding> Inputs(
        IReadOnlyList<string> texts, InputEncoder encoder, int sequenceLength, CalibrationSettings settings)
    {
        var random = new SeededRandom(settings.Seed, "calibration inputs");
        var order = random.Permutation(texts.Count);
        var inputs = new List<BertEncoding>(settings.Examples);
        for (var i = 0; i < settings.Examples; i++)
        {
            var text = texts[order[i]];
            if (random.NextDouble() < settings.JoinedFraction)
            {
                var target = random.Next(sequenceLength);
                for (var next = i + 1; next < i + order.Length && encoder.Tokenizer.CountTokens(text) < target; next++)
                    text += " " + texts[order[next % order.Length]];
            }

            inputs.Add(encoder.Encode(text, null, sequenceLength));
        }

        return inputs;
    }

    /// <summary>
    /// Labels by the rank of a score: equal parts for classes, a value rising from 0 to 5 (as in GLUE's regression task) otherwise.
    /// </summary>
    private static TaskData MockTask(List<BertEncoding> inputs, double[] scores, BertConfiguration configuration)
    {
        var labels = new double[inputs.Count];
        var byScore = Enumerable.Range(0, inputs.Count).OrderBy(index => scores[index]).ToArray();
        for (var rank = 0; rank < byScore.Length; rank++)
        {
            var part = rank / (double)byScore.Length;
            labels[byScore[rank]] = configuration.Classes == 0 ? 5 * part : Math.Floor(part * configuration.Classes);
        }

        var examples = inputs.Select((input, index) =>
            new TaskExample([.. input.Ids], [.. input.AttentionMask.Select(value => (float)value)], labels[index], Embedding: null));
        return new TaskData("calibration text", configuration.SequenceLength, configuration.Classes, [.. examples]);
    }

    /// <summary>Each input's first-token state along the states' principal direction.</summary>
    private static double[] FirstTokenScores(BertModel model, TaskData data)
    {
        using var noGradient = torch.no_grad();
        using var outer = torch.NewDisposeScope();
        var states = new List<torch.Tensor>();
        foreach (var indices in Enumerable.Range(0, data.Count).Select(index => (long)index).Chunk(BatchSize))
        {
            using var scope = torch.NewDisposeScope();
            var encoded = model.Encode(
                data.Embeddings(indices, model, data.SequenceLength),
                data.Masks(indices, model.ScalarType),
                new EncoderPass { FirstTokenOnly = true });
            states.Add(encoded.select(1, 0).MoveToOuterDisposeScope());
        }

        var centred = torch.cat(states);
        centred = centred - centred.mean([0L], keepdim: true);
        var covariance = torch.matmul(centred.t(), centred);
        var direction = torch.ones(covariance.shape[0], 1, dtype: model.ScalarType);
        for (var i = 0; i < PowerIterations; i++)
        {
            direction = torch.matmul(covariance, direction);
            direction = direction / direction.norm();
        }

        return torch.matmul(centred, direction).ToFloat64Array();
    }
}

/// <summary>Records the smallest and largest value of everything observed.</summary>
internal sealed class RangeRecorder : IActivationObserver
{
    private readonly Dictionary<string, ValueRange> _ranges = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ValueRange> Ranges => _ranges;

    public void Observe(string name, torch.Tensor values)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var range = new ValueRange(values.min().ToDouble(), values.max().ToDouble());
        _ranges[name] = _ranges.TryGetValue(name, out var known) ? known.Union(range) : range;
    }
}
