using Crammed.Bert;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Encryption;

/// <summary>What answering texts on ciphertexts starts from. Paths are absolute.</summary>
/// <param name="ModelFolder">A calibrated checkpoint of a crammed BERT.</param>
/// <param name="Weights">Adapters and head, which are encrypted too.</param>
/// <param name="Texts">What is answered.</param>
/// <param name="Planning">How the program is planned.</param>
/// <param name="CostFiles">Cost tables; none: the one that comes with the program.</param>
/// <param name="Encryption">Parameter set, refresh, memory.</param>
/// <param name="Threads">Of either process.</param>
internal sealed record PredictionInput(
    string ModelFolder, TrainedWeights Weights, PredictionTexts Texts, PlanningSettings Planning, IReadOnlyList<string> CostFiles,
    EncryptionSettings Encryption, int Threads);

/// <summary>
/// Texts answered by an evaluation's program in a folder, stage by stage: embeddings, plan, clear slots, keys, container, ciphertexts. A second
/// call goes on where the first one stopped.
/// </summary>
/// <param name="input">What it starts from.</param>
/// <param name="folder">Exists.</param>
/// <param name="console">Of the command.</param>
internal sealed class PredictionPipeline(PredictionInput input, string folder, StageConsole console)
{
    private const string ExportName = "export", EncryptedName = "encrypted", EncryptedStage = "predict (encrypted)";

    private readonly PipelineFolder _folder = new(folder, console);
    private readonly string _modelHash = Checkpoint.WeightsSha256(input.ModelFolder);
    private PlanFolder? _plan;
    private EncryptableSplit? _split;
    private TaskPacking? _packing;

    public PlanFolder Plan => _plan ?? throw new InvalidOperationException("its stage has not run");

    /// <summary>What the encrypted run is given.</summary>
    public EncryptedRunFiles Files =>
        _folder.FilesFor(Plan, EncryptedName, input.Threads, input.Encryption.Memory) with { EvaluatesContainer = true };

    /// <summary>Seconds of each stage.</summary>
    public IReadOnlyList<NamedSeconds> StageSeconds =>
        [.. _folder.Stages.Stages.Select(stage => new NamedSeconds(stage.Name, stage.Seconds))];

    private string DevFolder => Path.Combine(_folder.PathOf(ExportName), StageFiles.Dev);

    private string WeightsFile => _folder.PathOf(StageFiles.Adapters);

    private EncryptableSplit Split => _split ??= EncryptableSplit.Read(DevFolder);

    private TaskPacking Packing => _packing ??= TaskPacking.Of(Plan, input.ModelFolder);

    /// <summary>Embeds the texts, and plans.</summary>
    public void Prepare(CancellationToken cancellation)
    {
        // What the run is of: a second call with other adapters finds other hashes.
        input.Weights.Write(WeightsFile);
        var from = new Dictionary<string, string> { ["model"] = _modelHash, ["texts"] = input.Texts.Hash };
        _folder.Stages.Run("embed", from, [ExportName], () => Export(cancellation));
        _plan = _folder.Plan(
            new PlanRequest
            {
                ModelFolder = input.ModelFolder,
                Draw = Draw(),
                ExportFolder = null,
                CostFiles = input.CostFiles,
                Planning = input.Planning,
                Encryption = input.Encryption,
                Evaluation = new EvaluationRequest(input.Weights, DevFolder),
            },
            new() { ["model"] = _modelHash, ["texts"] = input.Texts.Hash, ["weights"] = FileHash.Sha256(WeightsFile) },
            cancellation);
    }

    /// <summary>Logits [text][class] on clear slots: a value outside its domain shows there, before ciphertexts take their time.</summary>
    public double[][] OnClearSlots(int? noiseSeed, CancellationToken cancellation) => _folder.Stages.Timed("clear slots", () =>
    {
        using var display = console.Display();
        return new ClearTraining(Plan, Packing).Evaluate(input.Weights, Split.Examples, noiseSeed, display, cancellation);
    });

    /// <summary>Encrypts, evaluates, decrypts.</summary>
    public async Task<EncryptedEvaluationOutcome> ExecuteAsync(CancellationToken cancellation)
    {
        var weights = FileHash.Sha256(WeightsFile);
        _folder.Encrypt(
            Plan, new() { ["texts"] = input.Texts.Hash, ["weights"] = weights }, input.Threads,
            () => ContainerSource.Of(WeightsFile, DevFolder, input.Texts.Task.Name),
            () => Packing.Evaluation(Plan, input.Weights, Split.Examples), cancellation);
        var run = await _folder.RunAsync(EncryptedStage, Files, null, [], cancellation);
        return EncryptedStages.ReadEvaluation(Files, Packing, run);
    }

    private void Export(CancellationToken cancellation)
    {
        using var display = console.Display();
        using var exporter = GlueExporter.Open(input.ModelFolder);
        Directory.CreateDirectory(_folder.PathOf(ExportName));
        var relay = new RelayedProgress<ExportProgress>(report =>
            display.Report(new WorkProgress("embedding", report.Done, report.Total, "texts")));
        exporter.Export(input.Texts.AsTask, TaskSplit.Dev, DevFolder, new ExportOptions { Resume = true }, relay, cancellation);
    }

    /// <summary>Sizes of what is evaluated, in the form that plans are made for; nothing of it is random that counts.</summary>
    private FineTuningDraw Draw()
    {
        var shape = input.Weights.Shape;
        // As many places for examples as in training, which the model is known to fit beside.
        var settings = input.Weights.Settings with { Steps = 1, AdapterDropout = 0 };
        var configuration = ModelFolder.Configuration(input.ModelFolder) with
        {
            HeadProjection = shape.HeadProjection,
            HeadHidden = shape.HeadHidden,
            Classes = shape.Classes,
        };
        return FineTuningDraw.Create(seed: 0, settings, configuration, input.Texts.Texts.Count, shape.LargestScore);
    }
}
