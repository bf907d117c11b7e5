using System.Diagnostics;
using System.Globalization;
using Crammed.Bert;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>
/// Pretraining: text to a calibrated checkpoint. <see cref="Load"/> reads and checks everything, <see cref="Run"/> writes; nothing is
/// written before all input is known to be good.
/// </summary>
internal sealed class PretrainStage
{
    private const string Title = "pretraining";

    private readonly PretrainInput _input;
    private readonly PretrainingSet _text;
    private readonly BertTokenizer _tokenizer;

    private PretrainStage(PretrainInput input, PretrainingSet text)
    {
        _input = input;
        _text = text;
        _tokenizer = BertTokenizer.Create(text.Vocabulary);
        Configuration = input.Configuration with { VocabularySize = text.Vocabulary.Count };
        Configuration.Validate();
    }

    /// <summary>The model that will be trained.</summary>
    public BertConfiguration Configuration { get; }

    /// <summary>Tokens of the text to train on.</summary>
    public long CorpusTokens => _text.Training.Tokens;

    /// <summary>Reads the text, reads or trains the vocabulary, tokenises.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range, or the text is shorter than one sequence.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static PretrainStage Load(PretrainInput input, IProgress<StageProgress>? progress, CancellationToken cancellation)
    {
        input.Settings.Validate();
        input.Configuration.Validate();
        progress?.Report(new StageProgress("reading text", 0, 1, "texts"));
        var text = PretrainingSet.Load(
            OptionsOf(input),
            new RelayedProgress<PretrainingSetProgress>(
                state => progress?.Report(new StageProgress($"reading text: {state.Title}", state.Done, state.Total, state.Unit))),
            cancellation);
        var stage = new PretrainStage(input, text);
        progress?.Report(new StageProgress("reading text", 1, 1, "texts", Describe(text)));
        return stage;
    }

    /// <summary>Trains, calibrates, and writes FOLDER/model and FOLDER/metrics.csv (step, loss, held-out loss, tokens, seconds).</summary>
    /// <exception cref="OperationCanceledException">Cancelled: the step at hand was finished, nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite.</exception>
    public PretrainOutcome Run(string folder, IProgress<StageProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var model = new BertModel(Configuration, _input.Settings.Seed);
        var steps = new List<PretrainingProgress>();
        var relay = new RelayedProgress<PretrainingProgress>(step =>
        {
            steps.Add(step);
            progress?.Report(Describe(step));
        });
        var result = Pretrainer.Run(model, _text.Training, _text.HeldOut, _input.Settings, relay, cancellation);
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new StageProgress("calibrating", 0, 1, "models"));
        var calibration = Calibrator.Measure(model, _text.SampleTexts, _tokenizer, CalibrationSettings(), cancellation);
        progress?.Report(new StageProgress("calibrating", 1, 1, "models"));
        string modelFolder = Path.Combine(folder, StageFiles.Model);
        Save(model, calibration, modelFolder);
        MetricsOf(steps, result).Write(Path.Combine(folder, StageFiles.Metrics));
        return new PretrainOutcome(
            modelFolder, Configuration, model.parameters().Sum(parameter => parameter.numel()), result, clock.Elapsed.TotalSeconds);
    }

    private static PretrainingSetOptions OptionsOf(PretrainInput input) => new()
    {
        Sources = PretrainingText.Sources(input.Text, input.Columns, input.WordNetFolder),
        VocabularyPath = input.VocabularyPath,
        VocabularySize = input.VocabularySize,
        SequenceLength = input.Configuration.SequenceLength,
        Seed = input.Settings.Seed,
        HeldOutFraction = input.Settings.HeldOutFraction,
        Deduplicate = input.Deduplicate,
        Shuffle = input.Shuffle,
        CacheFolder = input.CacheFolder,
    };

    private static string Describe(PretrainingSet text)
    {
        var facts = text.Facts;
        string duplicates = facts.Duplicates == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{facts.Duplicates:N0} duplicates left out, ");
        string cached = text.IsFromCache ? ", from the cache" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.TrainingDocuments:N0} documents, {facts.HeldOutDocuments:N0} held out, {duplicates}{facts.TrainingTokens:N0} tokens, "
            + $"vocabulary {text.Vocabulary.Count:N0}{cached}");
    }

    private CalibrationSettings CalibrationSettings() =>
        _input.Calibration with { Examples = Math.Min(_input.Calibration.Examples, _text.SampleTexts.Count) };

    /// <summary>A budget in steps shows steps; how many steps one in seconds allows is not known, so it shows its used part.</summary>
    private StageProgress Describe(PretrainingProgress step)
    {
        string loss = string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:F3}, {step.TokensPerSecond:N0} tokens/s");
        if (step.HeldOutLoss is { } heldOut)
            loss += string.Create(CultureInfo.InvariantCulture, $", held-out {heldOut:F3}");
        var left = TimeSpan.FromSeconds(step.RemainingSeconds);
        return _input.Settings.BudgetSteps is { } total
            ? new StageProgress(Title, step.Step, total, "steps", loss, left)
            : new StageProgress(Title, (long)(100 * step.UsedBudget), 100, "%", $"step {step.Step}, {loss}", left);
    }

    /// <summary>A checkpoint copies its vocabulary from a file; a trained one gets a file for as long as that takes.</summary>
    private void Save(BertModel model, Calibration calibration, string modelFolder)
    {
        var temporary = Directory.CreateTempSubdirectory("crammed-vocabulary-");
        try
        {
            string path = Path.Combine(temporary.FullName, CheckpointFiles.Vocabulary);
            _text.Vocabulary.Write(path);
            Checkpoint.Save(model, path, modelFolder, calibration);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <summary>The held-out loss stands where it was taken: at each tenth of the budget and at the end.</summary>
    private static CsvTable MetricsOf(IReadOnlyList<PretrainingProgress> steps, PretrainingResult result)
    {
        var table = new CsvTable("step", "loss", "held_out_loss", "tokens", "seconds");
        double? last = null;
        foreach (var step in steps)
        {
            double? heldOut = step.Step == result.Steps ? result.HeldOutLoss : step.HeldOutLoss == last ? null : step.HeldOutLoss;
            last = step.HeldOutLoss;
            table.AddRow(step.Step, step.Loss, heldOut, Math.Round(step.TokensPerSecond * step.ElapsedSeconds), step.ElapsedSeconds);
        }
        return table;
    }
}
