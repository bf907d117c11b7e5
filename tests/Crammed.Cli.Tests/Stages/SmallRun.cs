using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Stages;

/// <summary>A pretrained small model with exported tasks, made once for all tests of stages.</summary>
internal static class SmallRun
{
    /// <summary>Steps of the pretraining.</summary>
    public const int PretrainingSteps = 12;

    private static readonly Lazy<TemporaryFolder> Folder = new(() => new TemporaryFolder());
    private static readonly Lazy<PretrainOutcome> LazyPretraining = new(() => PretrainStage
        .Load(Input(SmallData.WriteText(Folder.Value)), progress: null, CancellationToken.None)
        .Run(Folder.Value.Path, progress: null, CancellationToken.None));
    private static readonly Lazy<string> Glue = new(() => SmallData.WriteGlue(Folder.Value));
    private static readonly Lazy<ExportOutcome> LazySentiment = new(() => Export("sst2"));
    private static readonly Lazy<ExportOutcome> LazySimilarity = new(() => Export("stsb"));

    public static PretrainOutcome Pretraining => LazyPretraining.Value;

    public static string ModelFolder => Pretraining.ModelFolder;

    public static string GlueFolder => Glue.Value;

    /// <summary>The classification task, exported.</summary>
    public static ExportOutcome Sentiment => LazySentiment.Value;

    /// <summary>The regression task, exported.</summary>
    public static ExportOutcome Similarity => LazySimilarity.Value;

    public static FineTuningSettings FineTuning { get; } = new() { Steps = 6, BatchSize = 8, LearningRate = 0.05 };

    public static BertConfiguration Configuration { get; } = BertConfiguration.Named("crammed-bert-he") with
    {
        Layers = 1,
        Hidden = 16,
        Heads = 2,
        FeedForward = 32,
        SequenceLength = SmallData.SequenceLength,
        VocabularySize = 200,
        // Larger than the real default, so that a narrow model's first token depends on the others.
        InitializerStandardDeviation = 0.1,
        HeadProjection = 4,
        HeadHidden = 8,
    };

    public static PretrainInput Input(params IReadOnlyList<string> text) => new()
    {
        Configuration = Configuration,
        Settings = new PretrainingSettings { BudgetSteps = PretrainingSteps, BatchSize = 8, DocumentBatchSize = 4, HeldOutFraction = 0.1 },
        Text = text,
        WordNetFolder = "no-wordnet",
        VocabularyPath = null,
        VocabularySize = 200,
        Calibration = new CalibrationSettings { Examples = 64, FineTuning = FineTuning },
    };

    public static ExportInput ExportInput(string task) => new()
    {
        ModelFolder = ModelFolder,
        Tasks = [Task(task)],
        GlueFolder = GlueFolder,
        WordNetFolder = "no-wordnet",
    };

    /// <summary>A task as configs/eval/tasks has it.</summary>
    public static TaskDefinition Task(string name) =>
        ConfigurationLoader.Load<ExportGlueSettings>(
            new ConfigurationFolder(Repository.PathOf("configs")), "cfg_export-glue", [$"eval/tasks={name}"]).Settings.Eval.Tasks.ToDefinition();

    public static DrawInput DrawInput(ExportOutcome export) => new()
    {
        ModelFolder = ModelFolder,
        TrainFolder = export.TrainFolder,
        Settings = FineTuning,
        Seed = 3,
    };

    public static FineTuningDraw Draw(ExportOutcome export) => DrawStage.Load(DrawInput(export)).Draw;

    public static DrawRunStage DrawRun(ExportOutcome export) => DrawRunStage.Load(ModelFolder, export.TrainFolder, Draw(export));

    /// <summary>One run of training every weight.</summary>
    public static FineTuneInput FineTuneInput(string task) => new()
    {
        ModelFolder = ModelFolder,
        Task = Task(task),
        TaskFolder = GlueFolder,
        WordNetFolder = "no-wordnet",
        Training = new TaskTrainingSettings { Epochs = 2, BatchSize = 8, LearningRate = 0.01, Epsilon = 1e-6, Lora = null, Seed = 3 },
    };

    /// <summary>Copies the files of a folder to a new one.</summary>
    /// <returns>The new folder.</returns>
    public static string Copy(string folder, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }

    public static void Remove()
    {
        if (Folder.IsValueCreated)
            Folder.Value.Dispose();
    }

    private static ExportOutcome Export(string task)
    {
        using var stage = ExportStage.Load(ExportInput(task));
        return stage.Run(Folder.Value.Combine(task), progress: null, CancellationToken.None).Single();
    }
}
