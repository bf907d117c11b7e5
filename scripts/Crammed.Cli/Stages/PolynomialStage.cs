using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>Evaluation as the encrypted model would answer: the same task with the true functions and with polynomials.</summary>
internal sealed class PolynomialStage
{
    private readonly EvaluateStage _evaluation;
    private readonly PolynomialInput _input;
    private readonly ModelFunctions? _functions;

    private PolynomialStage(EvaluateStage evaluation, PolynomialInput input, ModelFunctions? functions)
    {
        _evaluation = evaluation;
        _input = input;
        _functions = functions;
    }

    /// <summary>Chooses the polynomials, where their domains do not come from the examples.</summary>
    /// <exception cref="FileNotFoundException">There is no such calibration.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or lacks a range.</exception>
    /// <exception cref="ArgumentException">The model has a function that no polynomial stands in for.</exception>
    public static PolynomialStage Load(EvaluateStage evaluation, PolynomialInput input)
    {
        if (input.CalibrationFile is not { } file)
            return new PolynomialStage(evaluation, input, functions: null);
        if (!File.Exists(file))
        {
            throw new FileNotFoundException(
                $"{file}: not found; crammed pretrain writes it, and after full fine-tuning give polynomial.ranges=task", file);
        }
        var functions = input.Functions(Calibration.Read(file)).Of(evaluation.Classifier.Model.Configuration);
        return new PolynomialStage(evaluation, input, functions);
    }

    /// <summary>
    /// Predicts twice, and writes into FOLDER predictions.csv and metrics.csv (true functions), predictions_polynomial.csv and
    /// metrics_polynomial.csv, calibration.json (the ranges over these examples) and ranges.csv (polynomials, domains, values).
    /// </summary>
    /// <exception cref="DomainViolationException">A value left a domain; the files with the true functions are written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PolynomialOutcome Run(string folder, CancellationToken cancellation)
    {
        var (classifier, data) = (_evaluation.Classifier, _evaluation.Data);
        var (predictions, ranges) = PolynomialTwin.Observe(classifier, data, _input.Margin, cancellation);
        var functions = _functions ?? _input.Functions(ranges).Of(classifier.Model.Configuration);
        var exact = _evaluation.OutcomeOf(predictions);
        EvaluateStage.Write(exact, folder, StageFiles.Predictions, StageFiles.Metrics);
        ranges.Write(Path.Combine(folder, CheckpointFiles.Calibration));
        var twin = PolynomialTwin.Evaluate(classifier, data, functions, _input.Twin, cancellation);
        var polynomial = _evaluation.OutcomeOf(twin.Predictions);
        EvaluateStage.Write(polynomial, folder, StageFiles.PolynomialPredictions, StageFiles.PolynomialMetrics);
        RangesOf(functions, twin.Domains).Write(Path.Combine(folder, StageFiles.Ranges));
        return new PolynomialOutcome(
            exact, polynomial, twin.LargestLogitDifference(predictions), twin.Unanswered, functions, twin.Domains);
    }

    private static CsvTable RangesOf(ModelFunctions functions, IReadOnlyList<DomainUse> uses)
    {
        var byName = uses.ToDictionary(use => use.Name);
        var table = new CsvTable(
            "name", "function", "argument", "domain_low", "domain_high", "observed_low", "observed_high", "values", "outside", "degree",
            "levels", "products", "worst_bits", "average_bits");
        foreach (var design in functions.Designs())
        {
            var (use, approximation, error) = (byName[design.Name], design.Approximation, design.Error);
            table.AddRow(
                design.Name, design.Function, design.Argument, design.Domain.Low, design.Domain.High, use.Minimum, use.Maximum, use.Values,
                use.Outside, design.Degree, approximation.Depth, approximation.Multiplications, error?.WorstBits, error?.AverageBits);
        }
        return table;
    }
}

/// <summary>What an evaluation by polynomials needs beside the model and the task.</summary>
/// <param name="CalibrationFile">Ranges that the polynomials' domains come from; null: those of the evaluated examples.</param>
/// <param name="Margin">Factor that the examples' ranges are widened by.</param>
/// <param name="MaxDepth">Levels that one polynomial may take.</param>
/// <param name="Twin">Noise, and what to do with values outside the domains.</param>
/// <param name="Gaussian">Squarings of a Gaussian kernel.</param>
internal sealed record PolynomialInput(
    string? CalibrationFile, double Margin, int MaxDepth, TwinSettings Twin, GaussianKernel Gaussian = GaussianKernel.Calibrated)
{
    /// <summary>On calibrated ranges.</summary>
    public CalibratedFunctions Functions(Calibration calibration) => new(calibration, MaxDepth, Gaussian);
}

/// <summary>What an evaluation by polynomials found.</summary>
/// <param name="Exact">With the true functions.</param>
/// <param name="Polynomial">With polynomials.</param>
/// <param name="LargestLogitDifference">Between the two.</param>
/// <param name="Unanswered">Examples without a finite answer by polynomials.</param>
/// <param name="Functions">The polynomials.</param>
/// <param name="Domains">How their arguments lay in their domains.</param>
internal sealed record PolynomialOutcome(
    EvaluateOutcome Exact, EvaluateOutcome Polynomial, double LargestLogitDifference, int Unanswered, ModelFunctions Functions,
    IReadOnlyList<DomainUse> Domains)
{
    /// <summary>Values outside their domains.</summary>
    public long Outside => Domains.Sum(use => use.Outside);
}
