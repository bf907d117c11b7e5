using Crammed.Bert;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>
/// Fine-tuning on one task in a folder, stage by stage: export, draw, plan, clear slots, keys, container, training, evaluation. Each one is
/// what the command of its name does, and is kept with what it was made from (<see cref="KeptStages"/>): a second call goes on where the
/// first one stopped.
/// </summary>
/// <param name="input">What it starts from.</param>
/// <param name="folder">Exists.</param>
/// <param name="console">Of the command.</param>
internal sealed class EncryptedPipeline(PipelineInput input, string folder, StageConsole console)
{
    private const string ExportName = "export", ClearName = "clear", EncryptedName = "encrypted";
    private const string NoisyName = "noisy", NoisyStage = "clear slots with noise";
    private const string EvaluationName = "encrypted-evaluation";

    private readonly PipelineFolder _folder = new(folder, console);
    private readonly string _modelHash = Checkpoint.WeightsSha256(input.ModelFolder);
    private ExportOutcome? _export;
    private FineTuningDraw? _draw;
    private PlanFolder? _plan;
    private TaskPacking? _packing;
    private EncryptableSplit? _train;

    /// <summary>What was done so far, and how long it took.</summary>
    public KeptStages Stages => _folder.Stages;

    public ExportOutcome Export => _export ?? throw NotYet(nameof(Export));

    public FineTuningDraw Draw => _draw ?? throw NotYet(nameof(Draw));

    public PlanFolder Plan => _plan ?? throw NotYet(nameof(Plan));

    public EncryptableSplit Train => _train ??= EncryptableSplit.Read(Export.TrainFolder);

    /// <summary>What an encrypted run is given.</summary>
    public EncryptedRunFiles TrainingFiles => FilesFor(EncryptedName);

    private EncryptedRunFiles FilesFor(string output) => _folder.FilesFor(Plan, output, input.Threads, input.Encryption.Memory);

    private string ExportFolder => PathOf(ExportName);

    private string DrawFile => PathOf(StageFiles.Draw);

    private TaskPacking Packing => _packing ??= TaskPacking.Of(Plan, input.ModelFolder);

    private ClearTraining OnClearSlots => new(Plan, Packing);

    /// <summary>Exports the task, draws, and plans: all that is public or not encrypted yet.</summary>
    public void Prepare(CancellationToken cancellation)
    {
        _export = Stages.Timed("export-glue", () => ExportTask(cancellation));
        var from = new Dictionary<string, string>
        {
            ["model"] = _modelHash,
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["fine_tuning"] = PipelineFolder.HashOf(input.FineTuning),
            ["seed"] = input.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        Stages.Run("draw", from, [StageFiles.Draw], () => DrawStage.Load(new DrawInput
        {
            ModelFolder = input.ModelFolder,
            TrainFolder = _export.TrainFolder,
            Settings = input.FineTuning,
            Seed = input.Seed,
        }).Run(folder));
        _draw = WeightFiles.ReadDraw(DrawFile);
        from = new Dictionary<string, string>
        {
            ["model"] = _modelHash,
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["draw"] = FileHash.Sha256(DrawFile),
        };
        _plan = _folder.Plan(PlanRequest, from, cancellation);
    }

    /// <summary>
    /// Trains on clear slots without noise, or with a seed's: a value outside its domain shows there, before hours on ciphertexts are spent.
    /// </summary>
    public ClearOutcome TrainOnClearSlots(int? noiseSeed, CancellationToken cancellation) =>
        TrainOnSlots("finetune (clear slots)", ClearName, noiseSeed, cancellation);

    /// <summary>Losses of independent runs with noise, [run][step], kept run by run.</summary>
    public double[][] TrainWithNoise(int runs, CancellationToken cancellation) =>
    [
        .. Enumerable.Range(1, runs).Select(run =>
            TrainOnSlots($"{NoisyStage}, run {run}", $"{NoisyName}/run-{run}", noiseSeed: run, cancellation).Losses),
    ];

    /// <summary>Makes the plan's keys, and encrypts the data under them.</summary>
    public void Encrypt(CancellationToken cancellation)
    {
        var from = new Dictionary<string, string>
        {
            ["draw"] = FileHash.Sha256(DrawFile),
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["encrypted_examples"] = FormattableString.Invariant($"{input.EncryptedExamples}"),
        };
        _folder.Encrypt(
            Plan, from, input.Threads, () => ContainerSource.Of(DrawFile, Export.TrainFolder, Export.Task.Name),
            () => Packing.Data(
                Plan, Draw, Train.Examples, [.. EncryptableSplit.Read(Export.DevFolder).Examples.Take(input.EncryptedExamples)]),
            cancellation);
    }

    /// <summary>Trains on ciphertexts, and decrypts what came out.</summary>
    public async Task<EncryptedTrainingOutcome> TrainAsync(CancellationToken cancellation)
    {
        var files = TrainingFiles;
        var run = await _folder.RunAsync("finetune (encrypted)", files, null, [], cancellation);
        var outcome = EncryptedStages.ReadTraining(files, Packing, Draw, Train, run);
        EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, Draw, PathOf(EncryptedName));
        return outcome;
    }

    /// <summary>Evaluates the trained ciphertexts on the container's examples; null where it has none.</summary>
    public async Task<EncryptedEvaluationOutcome?> EvaluateAsync(CancellationToken cancellation)
    {
        if (input.EncryptedExamples == 0)
            return null;
        var files = FilesFor(EvaluationName);
        var state = Path.Combine(PathOf(EncryptedName), RunFiles.States, RunState.FileName);
        var run = await _folder.RunAsync(
            "evaluate (encrypted)", files, PathOf(EncryptedName), new() { ["state"] = FileHash.Sha256(state) }, cancellation);
        return EncryptedStages.ReadEvaluation(files, Packing, run);
    }

    /// <summary>Seconds of each stage; the runs with noise are one.</summary>
    public IReadOnlyList<NamedSeconds> StageSeconds =>
    [
        .. Stages.Stages.GroupBy(stage => stage.Name.StartsWith(NoisyStage, StringComparison.Ordinal) ? NoisyStage : stage.Name)
            .Select(stage => new NamedSeconds(stage.Key, stage.Sum(each => each.Seconds))),
    ];

    /// <summary>The draw in plaintext, and scores of trained weights beside it.</summary>
    /// <param name="trained">What was trained.</param>
    /// <param name="encrypted">Its evaluation on ciphertexts; null: none.</param>
    /// <param name="cancellation">Stops.</param>
    public PlaintextResults Compare(TrainedWeights trained, EncryptedEvaluationOutcome? encrypted, CancellationToken cancellation)
    {
        var comparison = Comparison;
        var plaintext = Stages.Timed("finetune (plaintext)", () => comparison.CarryOut(Draw, console.Display, cancellation));
        return Stages.Timed("evaluate", () => comparison.Score(Draw, trained, plaintext, encrypted?.Logits, cancellation));
    }

    private PlaintextComparison Comparison => new()
    {
        ModelFolder = input.ModelFolder,
        TrainFolder = Export.TrainFolder,
        DevFolder = Export.DevFolder,
        Task = Export.Task,
        Folder = folder,
    };

    private ClearOutcome TrainOnSlots(string stage, string output, int? noiseSeed, CancellationToken cancellation)
    {
        ClearOutcome? outcome = null;
        var from = new Dictionary<string, string>
        {
            ["plan"] = Plan.Id,
            ["draw"] = FileHash.Sha256(DrawFile),
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["noise_seed"] = FormattableString.Invariant($"{noiseSeed}"),
        };
        Stages.Run(stage, from, [output], () =>
        {
            using var display = console.Display();
            outcome = OnClearSlots.Train(Draw, Train, noiseSeed, display, cancellation);
            EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, Draw, PathOf(output));
        });
        return outcome ?? new ClearOutcome(
            WeightFiles.ReadAdapters(Path.Combine(PathOf(output), StageFiles.Adapters)),
            [.. FineTuningStep.Read(Path.Combine(PathOf(output), StageFiles.Metrics)).Select(step => step.Loss)]);
    }

    private ExportOutcome ExportTask(CancellationToken cancellation)
    {
        using var display = console.Display();
        using var stage = ExportStage.Load(new ExportInput
        {
            ModelFolder = input.ModelFolder,
            Tasks = [input.Task],
            GlueFolder = input.GlueFolder,
            WordNetFolder = input.WordNetFolder,
            TrainLimit = input.TrainLimit,
            DevLimit = input.DevLimit,
            Resume = true,
        });
        return stage.Run(ExportFolder, display, cancellation).Single();
    }

    private PlanRequest PlanRequest => new()
    {
        ModelFolder = input.ModelFolder,
        Draw = Draw,
        ExportFolder = ExportFolder,
        CostFiles = input.CostFiles,
        Planning = input.Planning,
        Encryption = input.Encryption,
    };

    private string PathOf(string name) => _folder.PathOf(name);

    private static InvalidOperationException NotYet(string what) => new($"{what}: its stage has not run");
}
