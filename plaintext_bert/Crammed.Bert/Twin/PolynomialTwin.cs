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
    /// <param name="classifier">The model with its weights.</param>
    /// <param name="data">The examples.</param>
    /// <param name="margin">Stored as the recommended factor to widen ranges by, 1 to 1000.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">Classifier and data do not fit each other, or a margin out of its range.</exception>
    public static (Predictions Predictions, Calibration Ranges) Observe(
        TaskClassifier classifier, TaskData data, double margin, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(data);
        Requirement.Check(margin is >= 1 and <= 1000, margin, "1 to 1000");
        RangeRecorder first = new(), all = new();
        var pass = new EncoderPass { FirstTokenOnly = true, Observer = first };
        var predictions = classifier.Predict(data, pass, trimPadding: false, cancellation);
        classifier.Predict(data, pass with { Observer = all, FirstTokenOnly = false }, trimPadding: false, cancellation);
        return (predictions, new Calibration(margin, data.Count, first.Ranges, all.Ranges, data.Source));
    }

    /// <summary>Evaluates with polynomials.</summary>
    /// <param name="classifier">The model with its weights; float64 keeps its own rounding below that of ciphertexts.</param>
    /// <param name="data">The examples.</param>
    /// <param name="functions">The polynomials.</param>
    /// <param name="settings">Noise, and what to do with values outside the domains.</param>
    /// <param name="cancellation">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">Classifier, functions or data do not fit, or a setting is out of its range.</exception>
    /// <exception cref="DomainViolationException">A value left a polynomial's domain, and the settings make that an error.</exception>
    public static TwinEvaluation Evaluate(
        TaskClassifier classifier, TaskData data, ModelFunctions functions, TwinSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(settings);
        SettingsRange.Check(settings);
        var layers = classifier.Model.Configuration.Layers;
        if (functions.Layers.Count != layers)
            throw new ArgumentException($"functions for {functions.Layers.Count} layers, the model has {layers}");
        using var noise = settings.NoiseBits is { } bits ? new ResultNoise(bits, settings.NoiseSeed) : null;
        var monitor = new DomainMonitor(settings.OutOfRange);
        var pass = new EncoderPass { Functions = new PolynomialFunctions(functions, monitor, noise) };
        return new TwinEvaluation(classifier.Predict(data, pass, trimPadding: false, cancellation), monitor.Uses);
    }
}

/// <summary>What a model answers by polynomials.</summary>
/// <param name="Predictions">Logits and labels.</param>
/// <param name="Domains">How the polynomials' arguments lay in their domains, in the order of the pass.</param>
public sealed record TwinEvaluation(Predictions Predictions, IReadOnlyList<DomainUse> Domains)
{
    /// <summary>Examples with a logit that is not finite: values so far outside that ciphertexts would hold garbage.</summary>
    public int Unanswered => Predictions.Logits.Count(logits => !logits.All(double.IsFinite));

    /// <summary>Largest difference of a logit from those of the true functions, over the answered examples.</summary>
    public double LargestLogitDifference(Predictions exact)
    {
        ArgumentNullException.ThrowIfNull(exact);
        return Predictions.Logits.Zip(exact.Logits).Where(pair => pair.First.All(double.IsFinite))
            .SelectMany(pair => pair.First.Zip(pair.Second, (a, b) => Math.Abs(a - b))).DefaultIfEmpty(0).Max();
    }
}
