using System.Diagnostics;
using System.Globalization;
using Crammed.Bert;
using Crammed.Files;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What pretraining needs. Paths are absolute.</summary>
internal sealed record PretrainInput
{
    /// <summary>The model; its vocabulary size is that of the vocabulary read or trained.</summary>
    public required BertConfiguration Configuration { get; init; }

    /// <summary>The recipe.</summary>
    public required PretrainingSettings Settings { get; init; }

    /// <summary>Files, folders, patterns of file names, and <see cref="PretrainingText.WordNet"/> for its glosses.</summary>
    public required IReadOnlyList<string> Text { get; init; }

    /// <summary>The text columns of Parquet files.</summary>
    public IReadOnlyList<string> Columns { get; init; } = ["text"];

    /// <summary>Leave out documents that were there before.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Shuffle the documents before packing.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Folder that keeps tokenized text; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>vocab.txt to use; null: train one on the text.</summary>
    public required string? VocabularyPath { get; init; }

    /// <summary>Tokens of a trained vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How ranges are taken afterwards; its number of examples is an upper limit where the text has fewer documents.</summary>
    public CalibrationSettings Calibration { get; init; } = new();

    /// <summary>Time between checkpoints; null: none are written.</summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>The checkpoint to continue from; null: a new run.</summary>
    public string? ResumePath { get; init; }
}

/// <summary>What pretraining made.</summary>
/// <param name="ModelFolder">The checkpoint: model.safetensors, config.json, vocab.txt, calibration.json.</param>
/// <param name="Configuration">The model.</param>
/// <param name="Parameters">Numbers in the model.</param>
/// <param name="Calibration">Ranges of its inner values.</param>
/// <param name="Training">Steps, tokens, seconds, losses.</param>
/// <param name="Precision">Type of the products with weights: what auto became.</param>
/// <param name="ProductShare">Share of libtorch's own rate of matrix products that training reached.</param>
/// <param name="Seconds">Seconds in all, reading the text excluded, calibration included.</param>
internal sealed record PretrainOutcome(
    string ModelFolder, BertConfiguration Configuration, long Parameters, Calibration Calibration, PretrainingResult Training,
    MatrixProductPrecision Precision, double ProductShare, double Seconds);

/// <summary>
/// Pretraining: text to a calibrated checkpoint. <see cref="Load"/> reads and checks everything, <see cref="Run"/> writes; nothing is
/// written before all input is known to be good.
/// </summary>
internal sealed class PretrainStage
{
    private readonly PretrainInput _input;
    private readonly PretrainingSet _text;

    private PretrainStage(PretrainInput input, PretrainingSet text)
    {
        _input = input;
        _text = text;
        Configuration = input.Configuration with
        {
            VocabularySize = text.Tokenizer.Vocabulary.Count,
            PaddingToken = text.Tokenizer.Special.Padding,
        };
        Configuration.Validate();
    }

    /// <summary>The model that will be trained.</summary>
    public BertConfiguration Configuration { get; }

    /// <summary>Reads the text, reads or trains the vocabulary, tokenises.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range, or the text is shorter than one sequence.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the checkpoint to resume from is another run's.</exception>
    public static PretrainStage Load(PretrainInput input, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        input.Settings.Validate();
        input.Configuration.Validate();
        using var resumed = input.ResumePath is { } path ? PretrainingCheckpoint.Open(path) : null;
        input = input with { Settings = input.Settings.Resolved(resumed) };
        progress?.Report(new WorkProgress("reading text", 0, 1, "texts"));
        var text = PretrainingSet.Load(
            OptionsOf(input), progress?.Relayed(state => state with { Title = $"reading text: {state.Title}" }), cancellation);
        var stage = new PretrainStage(input, text);
        resumed?.RequireSame(stage.Configuration, input.Settings, text.Training, text.HeldOut);
        progress?.Report(new WorkProgress("reading text", 1, 1, "texts", Describe(text)));
        return stage;
    }

    /// <summary>
    /// Trains, calibrates, and writes FOLDER/model, FOLDER/metrics.csv and .parquet (a row for each step), and FOLDER/checkpoints where the
    /// input asks for them.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run after the step at hand.</param>
    /// <param name="saved">Told of every checkpoint: its file and the steps done.</param>
    /// <exception cref="OperationCanceledException">Cancelled: the step at hand was finished; only checkpoints were written.</exception>
    /// <exception cref="TrainingDivergedException">Training diverged; only checkpoints were written.</exception>
    public PretrainOutcome Run(
        string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation, Action<string, int>? saved = null)
    {
        var clock = Stopwatch.StartNew();
        using var model = new BertModel(Configuration, _input.Settings.Seed);
        using var resumed = _input.ResumePath is { } path ? PretrainingCheckpoint.Open(path) : null;
        var checkpoints = _input.CheckpointInterval is { } interval
            ? new PretrainingCheckpoints
            {
                Folder = Path.Combine(folder, StageFiles.Checkpoints),
                Interval = interval,
                Resume = resumed,
                Saved = saved,
            }
            : null;
        var throughput = PretrainThroughput.Measure(Configuration, _input.Settings);
        var result = Pretrainer.Run(model, _text.Training, _text.HeldOut, _input.Settings, progress, cancellation, checkpoints);
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new WorkProgress("calibrating", 0, 1, "models"));
        InputEncoder encoder = new(_text.Tokenizer);
        var calibration = Calibrator.Measure(model, _text.SampleTexts, encoder, CalibrationSettings(), cancellation);
        progress?.Report(new WorkProgress("calibrating", 1, 1, "models"));
        var modelFolder = Path.Combine(folder, StageFiles.Model);
        Checkpoint.Save(model, _text.Tokenizer, modelFolder, calibration);
        PretrainMetrics.Write(result.Metrics, folder);
        return new PretrainOutcome(
            modelFolder, Configuration, model.parameters().Sum(parameter => parameter.numel()), calibration, result, _input.Settings.Precision,
            throughput.ShareOf(result.TokensPerSecond), clock.Elapsed.TotalSeconds);
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
        var duplicates = facts.Duplicates == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{facts.Duplicates:N0} duplicates left out, ");
        var cached = text.IsFromCache ? ", from the cache" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.TrainingDocuments:N0} documents, {facts.HeldOutDocuments:N0} held out, {duplicates}{facts.TrainingTokens:N0} tokens, "
            + $"vocabulary {text.Tokenizer.Vocabulary.Count:N0}{cached}");
    }

    private CalibrationSettings CalibrationSettings() =>
        _input.Calibration with { Examples = Math.Min(_input.Calibration.Examples, _text.SampleTexts.Count) };
}
