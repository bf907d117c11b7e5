using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Takes the ranges of a pretrained model's inner values on public text, padded as fine-tuning inputs are, while a mock fine-tuning with a
/// label made from the text itself (is it longer than the median?) moves adapters and head as a real one would.
/// </summary>
public static class Calibrator
{
    private const int BatchSize = 64;

    /// <summary>Runs the mock fine-tuning and records every observed value; the model itself does not change.</summary>
    /// <param name="model">A pretrained model.</param>
    /// <param name="texts">Public text, one document each.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="settings">Validated here.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">A setting out of its range, or fewer texts than examples.</exception>
    public static Calibration Measure(
        BertModel model,
        IReadOnlyList<string> texts,
        BertTokenizer tokenizer,
        CalibrationSettings settings,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (texts.Count < settings.Examples)
            throw new ArgumentException(
                $"{texts.Count} texts for {settings.Examples} examples; lower examples or give more text", nameof(texts));
        var configuration = settings.Apply(model.Configuration);
        var data = ProxyTask(Inputs(texts, tokenizer, configuration.SequenceLength, settings), configuration);

        var plan = FineTuningPlan.Create(settings.Seed, settings.FineTuning, configuration, data.Count);
        var recorder = new RangeRecorder();
        using var run = new FineTuningRun(model, plan, data, new FineTuningOptions());
        var result = FineTuner.Run(run, settings.FineTuning, recorder, progress: null, cancellation);
        Observe(model, result.Weights, data, firstTokenOnly: true, recorder, cancellation);
        var allTokens = new RangeRecorder();
        Observe(model, result.Weights, data, firstTokenOnly: false, allTokens, cancellation);
        return new Calibration(settings.Margin, data.Count, recorder.Ranges, allTokens.Ranges);
    }

    /// <summary>Padded inputs: single texts, and for a part of them several texts joined up to a random length.</summary>
    private static List<BertEncoding> Inputs(
        IReadOnlyList<string> texts, BertTokenizer tokenizer, int sequenceLength, CalibrationSettings settings)
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
                for (var next = i + 1; next < i + order.Length && tokenizer.CountTokens(text) < target; next++)
                    text += " " + texts[order[next % order.Length]];
            }

            inputs.Add(tokenizer.Encode(text, null, sequenceLength));
        }

        return inputs;
    }

    /// <summary>Labels by length: equal parts for classes, a score rising from 0 to 5 (as in GLUE's regression task) otherwise.</summary>
    private static TaskData ProxyTask(List<BertEncoding> inputs, BertConfiguration configuration)
    {
        var labels = new double[inputs.Count];
        var byLength = Enumerable.Range(0, inputs.Count).OrderBy(index => inputs[index].TokenCount).ToArray();
        for (var rank = 0; rank < byLength.Length; rank++)
        {
            var part = rank / (double)byLength.Length;
            labels[byLength[rank]] = configuration.Classes == 0 ? 5 * part : Math.Floor(part * configuration.Classes);
        }

        var examples = inputs.Select((input, index) =>
            new TaskExample([.. input.Ids], [.. input.AttentionMask.Select(value => (float)value)], labels[index], Embedding: null));
        return new TaskData("calibration text", configuration.SequenceLength, configuration.Classes, [.. examples]);
    }

    private static void Observe(
        BertModel model, TrainedWeights weights, TaskData data, bool firstTokenOnly, RangeRecorder recorder, CancellationToken cancellation)
    {
        using var noGradient = torch.no_grad();
        using var tensors = new WeightTensors(weights, model.ScalarType, withAdapters: true);
        var pass = new EncoderPass { Adapters = tensors.Adapters, FirstTokenOnly = firstTokenOnly, Observer = recorder };
        for (var start = 0; start < data.Count; start += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            long[] indices = [.. Enumerable.Range(start, Math.Min(BatchSize, data.Count - start))];
            tensors.Classify(model, data.Embeddings(indices, model), data.Masks(indices, model.ScalarType), pass);
        }
    }
}
