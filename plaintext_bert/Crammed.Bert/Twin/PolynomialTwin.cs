namespace Crammed.Bert;

/// <summary>
/// The plaintext twin of the encrypted model: whole tasks scored in torch with the polynomials that ciphertexts would be evaluated by, on
/// all positions, padding included, as the encrypted circuit computes them.
/// </summary>
public static class PolynomialTwin
{
    /// <summary>
    /// Evaluates with the true functions, and takes the ranges of every value on the way, as a calibration does (without the optimizer's).
    /// </summary>
    /// <param name="model">The encoder.</param>
    /// <param name="weights">Head, and draw adapters where it has them.</param>
    /// <param name="data">The examples.</param>
    /// <param name="margin">Stored as the recommended factor to widen ranges by, 1 to 1000.</param>
    /// <param name="adapters">Adapters of the encoder, for weights without.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">Model, weights and data do not fit each other, or a margin out of its range.</exception>
    public static (Predictions Predictions, Calibration Ranges) Observe(
        BertModel model, TrainedWeights weights, TaskData data, double margin, LoraAdapters? adapters = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Requirement.Check(margin is >= 1 and <= 1000, margin, "1 to 1000");
        RangeRecorder first = new(), all = new();
        var pass = new EncoderPass { FirstTokenOnly = true, LinearAdapters = adapters };
        var predictions = Evaluator.Evaluate(model, weights, data, pass with { Observer = first }, cancellation);
        Evaluator.Evaluate(model, weights, data, pass with { Observer = all, FirstTokenOnly = false }, cancellation);
        return (predictions, new Calibration(margin, data.Count, first.Ranges, all.Ranges, data.Source));
    }

    /// <summary>Evaluates with polynomials.</summary>
    /// <param name="model">The encoder; float64 keeps its own rounding below that of ciphertexts.</param>
    /// <param name="weights">Head, and draw adapters where it has them.</param>
    /// <param name="data">The examples.</param>
    /// <param name="functions">The polynomials.</param>
    /// <param name="settings">Noise, and what to do with values outside the domains.</param>
    /// <param name="adapters">Adapters of the encoder, for weights without.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">Model, weights, functions or data do not fit, or a setting is out of its range.</exception>
    /// <exception cref="DomainViolationException">A value left a polynomial's domain, and the settings make that an error.</exception>
    public static TwinEvaluation Evaluate(
        BertModel model, TrainedWeights weights, TaskData data, ModelFunctions functions, TwinSettings settings,
        LoraAdapters? adapters = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(settings);
        SettingsRange.Check(settings);
        if (functions.Layers.Count != model.Configuration.Layers)
            throw new ArgumentException($"functions for {functions.Layers.Count} layers, the model has {model.Configuration.Layers}");
        using var noise = settings.NoiseBits is { } bits ? new ResultNoise(bits, settings.NoiseSeed) : null;
        var monitor = new DomainMonitor(settings.OutOfRange);
        var pass = new EncoderPass
        {
            Functions = new PolynomialFunctions(functions, monitor, noise),
            Noise = noise,
            LinearAdapters = adapters,
        };
        var predictions = Evaluator.Evaluate(model, weights, data, pass, cancellation);
        return new TwinEvaluation(predictions, monitor.Uses);
    }
}
