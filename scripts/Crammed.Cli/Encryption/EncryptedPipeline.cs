using System.Security.Cryptography;
using System.Text.Json;
using Crammed.Bert;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;
using Crammed.Model;
using Crammed.Text;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>What fine-tuning under encryption starts from. Paths are absolute.</summary>
internal sealed record PipelineInput
{
    /// <summary>A calibrated checkpoint of a crammed BERT.</summary>
    public required string ModelFolder { get; init; }

    public required TaskDefinition Task { get; init; }

    /// <summary>Folder of tasks' files; null where only generated tasks are asked for.</summary>
    public required string? GlueFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>At most so many training examples; null: all.</summary>
    public required int? TrainLimit { get; init; }

    /// <summary>At most so many evaluation examples; null: all.</summary>
    public int? DevLimit { get; init; }

    /// <summary>Hyperparameters.</summary>
    public required FineTuningSettings FineTuning { get; init; }

    /// <summary>Seed of the draw.</summary>
    public required long Seed { get; init; }

    /// <summary>Examples that are also evaluated under encryption.</summary>
    public required int EncryptedExamples { get; init; }

    public required PlanningSettings Planning { get; init; }

    /// <summary>Cost tables; none: the one that comes with the program.</summary>
    public required IReadOnlyList<string> CostFiles { get; init; }

    public required EncryptionSettings Encryption { get; init; }

    public required int Threads { get; init; }
}

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
    private const string ExportName = "export", PlanName = "plan", KeysName = "keys", ClearName = "clear", EncryptedName = "encrypted";
    private const string EvaluationName = "encrypted-evaluation";

    private readonly string _modelHash = Checkpoint.WeightsSha256(input.ModelFolder);
    private ExportOutcome? _export;
    private FineTuningDraw? _draw;
    private PlanFolder? _plan;
    private TaskPacking? _packing;
    private EncryptableSplit? _train;

    /// <summary>What was done so far, and how long it took.</summary>
    public KeptStages Stages { get; } = KeptStages.Open(folder, console.Say);

    public ExportOutcome Export => _export ?? throw NotYet(nameof(Export));

    public FineTuningDraw Draw => _draw ?? throw NotYet(nameof(Draw));

    public PlanFolder Plan => _plan ?? throw NotYet(nameof(Plan));

    public EncryptableSplit Train => _train ??= EncryptableSplit.Read(Export.TrainFolder);

    /// <summary>What an encrypted run is given.</summary>
    public EncryptedRunFiles FilesFor(string output) =>
        new(Plan, PathOf(ConvertStage.Folder), PathOf(KeysName), PathOf(output), input.Threads) { Memory = input.Encryption.Memory };

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
            ["fine_tuning"] = HashOf(input.FineTuning),
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
            ["planning"] = HashOf(input.Planning),
            ["encryption"] = HashOf(input.Encryption),
            ["costs"] = string.Join(' ', input.CostFiles.Select(FileHash.Sha256)),
        };
        Stages.Run("plan", from, [PlanName], () => MakePlan(cancellation));
        _plan = PlanFolder.Open(PathOf(PlanName));
    }

    /// <summary>
    /// Trains on clear slots without noise, or with a seed's: a value outside its domain shows there, before hours on ciphertexts are spent.
    /// </summary>
    public ClearOutcome TrainOnClearSlots(int? noiseSeed, CancellationToken cancellation)
    {
        ClearOutcome? outcome = null;
        var from = new Dictionary<string, string>
        {
            ["plan"] = Plan.Id,
            ["draw"] = FileHash.Sha256(DrawFile),
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["noise_seed"] = FormattableString.Invariant($"{noiseSeed}"),
        };
        Stages.Run("finetune (clear slots)", from, [ClearName], () =>
        {
            using var display = console.Display();
            outcome = OnClearSlots.Train(Draw, Train, noiseSeed, display, cancellation);
            EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, Draw, PathOf(ClearName));
        });
        return outcome ?? new ClearOutcome(
            WeightFiles.ReadAdapters(Path.Combine(PathOf(ClearName), StageFiles.Adapters)),
            [.. FineTuningStep.Read(Path.Combine(PathOf(ClearName), StageFiles.Metrics)).Select(step => step.Loss)]);
    }

    /// <summary>Losses of independent runs with noise, [run][step].</summary>
    public double[][] TrainWithNoise(int runs, CancellationToken cancellation) => Stages.Timed("clear runs with noise", () =>
    {
        using var display = console.Display();
        return OnClearSlots.WithNoise(Draw, Train, runs, display, cancellation);
    });

    /// <summary>Makes the plan's keys, and encrypts the data under them.</summary>
    public void Encrypt(CancellationToken cancellation)
    {
        Stages.Run("keygen", new Dictionary<string, string> { ["plan"] = Plan.Id }, [KeysName], () =>
        {
            using var display = console.Display();
            KeygenStage.Run(Plan, PathOf(KeysName), console.Resources, display, cancellation);
        });
        var from = new Dictionary<string, string>
        {
            ["plan"] = Plan.Id,
            ["keys"] = KeysManifest.Read(KeyFolder.PublicOf(PathOf(KeysName))).KeyId,
            ["draw"] = FileHash.Sha256(DrawFile),
            ["export"] = ConvertStage.ExportHash(ExportFolder),
            ["encrypted_examples"] = FormattableString.Invariant($"{input.EncryptedExamples}"),
        };
        Stages.Run("convert", from, [ConvertStage.Folder], () =>
        {
            using var display = console.Display();
            ConvertStage.Load(new ConvertInput(
                Plan, input.ModelFolder, DrawFile, ExportFolder, input.EncryptedExamples, PathOf(KeysName), input.Threads))
                .Run(PathOf(ConvertStage.Folder), display, cancellation);
        });
    }

    /// <summary>Trains on ciphertexts, and decrypts what came out.</summary>
    public async Task<EncryptedTrainingOutcome> TrainAsync(CancellationToken cancellation)
    {
        var files = FilesFor(EncryptedName);
        EncryptedRunResult? run = null;
        await Stages.RunAsync("finetune (encrypted)", FromContainer(), [EncryptedName], async () =>
            run = await EncryptedRun.RunAsync(files, null, console.Say, cancellation));
        var outcome = EncryptedStages.ReadTraining(files, Packing, Draw, Train, run ?? EncryptedRunResult.Of(files));
        EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, Draw, PathOf(EncryptedName));
        return outcome;
    }

    /// <summary>Evaluates the trained ciphertexts on the container's examples; null where it has none.</summary>
    public async Task<EncryptedEvaluationOutcome?> EvaluateAsync(CancellationToken cancellation)
    {
        if (input.EncryptedExamples == 0)
            return null;
        var files = FilesFor(EvaluationName);
        var from = FromContainer();
        from.Add("state", FileHash.Sha256(Path.Combine(PathOf(EncryptedName), RunFiles.States, RunState.FileName)));
        EncryptedRunResult? run = null;
        await Stages.RunAsync("evaluate (encrypted)", from, [EvaluationName], async () =>
            run = await EncryptedRun.RunAsync(files, PathOf(EncryptedName), console.Say, cancellation));
        return EncryptedStages.ReadEvaluation(files, Packing, run ?? EncryptedRunResult.Of(files));
    }

    /// <summary>Scores weights in plaintext on the task's evaluation split.</summary>
    public EvaluateOutcome Score(TrainedWeights weights, string name, CancellationToken cancellation)
    {
        using var stage = EvaluateStage.Load(new EvaluateInput
        {
            ModelFolder = input.ModelFolder,
            DevFolder = Export.DevFolder,
            Task = Export.Task,
            Weights = weights,
        });
        return stage.Run(PathOf($"evaluation/{name}"), cancellation);
    }

    /// <summary>Of the keys that the server is given.</summary>
    public long KeyBytes => BytesOf(KeyFolder.PublicOf(PathOf(KeysName)));

    /// <summary>Of the encrypted container.</summary>
    public long ContainerBytes => BytesOf(PathOf(ConvertStage.Folder));

    private static long BytesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);

    private Dictionary<string, string> FromContainer() => new()
    {
        ["container"] = FileHash.Sha256(Path.Combine(PathOf(ConvertStage.Folder), EncryptedContainerManifest.FileName)),
    };

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

    private void MakePlan(CancellationToken cancellation)
    {
        var outcome = PlanStage.Load(new PlanRequest
        {
            ModelFolder = input.ModelFolder,
            Draw = Draw,
            ExportFolder = ExportFolder,
            CostFiles = input.CostFiles,
            Planning = input.Planning,
            Encryption = input.Encryption,
        }).Run(console.Say, console.Display, cancellation);
        outcome.Write(PathOf(PlanName));
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private static string HashOf<T>(T settings) =>
        System.Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(settings)));

    private static InvalidOperationException NotYet(string what) => new($"{what}: its stage has not run");
}
