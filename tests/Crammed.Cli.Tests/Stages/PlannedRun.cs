using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

/// <summary>A small model that programs can train, a task exported for it, a draw, and plans of both; made once for all tests.</summary>
internal static class PlannedRun
{
    private static readonly Lazy<TemporaryFolder> Folder = new(() => new TemporaryFolder());
    private static readonly Lazy<string> LazyGlue = new(() => SmallData.WriteGlue(Folder.Value));
    private static readonly Lazy<string> LazyModel = new(() => PretrainStage.Load(Input, progress: null, CancellationToken.None)
        .Run(Folder.Value.Path, progress: null, CancellationToken.None).ModelFolder);
    private static readonly Lazy<string> LazyExport = new(MakeExport);
    private static readonly Lazy<string> LazyDraw = new(() => DrawStage.Load(DrawInput).Run(Folder.Value.Path).DrawFile);
    private static readonly Lazy<string> LazyPlan = new(() => MakePlan("client", "insecure-N12", "client"));

    /// <summary>As the other stages' model, but with as many tokens as a power of two.</summary>
    public static string Model => LazyModel.Value;

    public static string GlueFolder => LazyGlue.Value;

    /// <summary>With train and dev, of sst2.</summary>
    public static string Export => LazyExport.Value;

    /// <summary>Of six steps of eight.</summary>
    public static string Draw => LazyDraw.Value;

    /// <summary>Refreshed by the key holder.</summary>
    public static string Plan => LazyPlan.Value;

    /// <summary>
    /// Words of a planning that takes seconds. Some gradients of a model that was hardly trained are below the noise of 36-bit primes; beside
    /// epsilon they do not matter.
    /// </summary>
    public static string[] Quick => ["search=300", "solver_seconds=0", "calibration_steps=6", "least_signal_bits=-60"];

    /// <summary>At a rate that keeps logits of a model that was hardly trained in the sigmoid's domain.</summary>
    public static FineTuningSettings FineTuning { get; } = SmallRun.FineTuning with { LearningRate = 0.01 };

    private static PretrainInput Input => SmallRun.Input(SmallData.WriteText(Folder.Value)) with
    {
        Configuration = SmallRun.Configuration with { SequenceLength = 32, KernelPower = 4 },
        Calibration = new CalibrationSettings { Examples = 64, FineTuning = FineTuning },
    };

    private static DrawInput DrawInput => new()
    {
        ModelFolder = Model,
        TrainFolder = Path.Combine(Export, StageFiles.Train),
        Settings = FineTuning,
        Seed = 3,
    };

    public static void Remove()
    {
        if (Folder.IsValueCreated)
            Folder.Value.Dispose();
    }

    private static string MakeExport()
    {
        using var stage = ExportStage.Load(SmallRun.ExportInput("sst2") with { ModelFolder = Model, GlueFolder = GlueFolder });
        return Path.GetDirectoryName(
            stage.Run(Folder.Value.Combine("export"), progress: null, CancellationToken.None).Single().TrainFolder)!;
    }

    private static string MakePlan(string name, string parameters, string refresh)
    {
        using var program = new StageProgram();
        var exitCode = program.RunAsync(
            ["plan", $"name={name}", $"model={Model}", $"export={Export}", $"draw={Draw}", $"he.parameters={parameters}", $"he.refresh={refresh}", .. Quick])
            .GetAwaiter().GetResult();
        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), program.Error);
        return SmallRun.Copy(program.Folder.Combine($"outputs/{name}"), Folder.Value.Combine(name));
    }
}
