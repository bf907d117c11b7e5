using System.Diagnostics;
using Crammed.Bert;
using Crammed.Ckks;
using Crammed.Cli.Commands.Pretrain;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Cli.Commands.Demo;

/// <summary>The stages of the demo in one folder, each the same as the command of its name.</summary>
/// <param name="context">Settings and console.</param>
/// <param name="folder">The run's folder.</param>
/// <param name="parameters">The ring.</param>
internal sealed class DemoPipeline(RunContext<DemoSettings> context, OutputFolder folder, CkksParameters parameters)
{
    private const int NoisyRuns = 16;
    private readonly List<(string Stage, double Seconds)> _stageSeconds = [];

    private DemoSettings Settings => context.Settings;

    private int Threads => Settings.Impl.ThreadCount;

    /// <summary>Runs everything.</summary>
    public async Task<DemoResults> RunAsync(CancellationToken cancellation)
    {
        var pretraining = Timed("pretrain", () => Pretrain(cancellation));
        var model = pretraining.ModelFolder;
        var export = Timed("export-glue", () => Export(model, cancellation));
        var draw = Timed("draw", () => Draw(model, export));
        var circuit = Circuit.Load(model, draw.Settings, draw.Shape, parameters, Threads);
        var train = EncryptableSplit.Read(export.TrainFolder);
        // First on clear slots: a value outside its calibrated domain shows there, before hours on ciphertexts are spent.
        var clearRuns = new ClearRuns(circuit, draw, train, parameters);
        var clearLosses = Timed("finetune (clear slots)", () => context.Shown(progress =>
            clearRuns.WithoutNoise(progress, cancellation)));
        var keys = Timed("keygen", () => context.Shown(progress =>
            KeygenStage.Run(circuit, parameters, folder.PathOf("keys"), context.Resources, progress, cancellation)));
        var conversion = new ConvertInput(
            draw, train, EncryptableSplit.Read(export.DevFolder), Settings.Eval.EncryptedExamples, folder.PathOf("keys"), Threads);
        var container = Timed("convert", () => context.Shown(progress =>
            ConvertStage.Run(conversion, parameters, folder.PathOf("container"), progress, cancellation)));
        var encrypted = await TimedAsync("finetune (encrypted)", () =>
            EncryptedStages.TrainAsync(Files("encrypted"), draw, train, Say, cancellation));
        EncryptedStages.WriteResults(encrypted, draw, folder.PathOf("encrypted"));
        var evaluation = await TimedAsync("evaluate (encrypted)", () => EncryptedStages.EvaluateAsync(
            Files("encrypted-evaluation"), folder.PathOf($"encrypted/{ResultFiles.Parameters}"), Say, cancellation));
        var plaintext = Timed("finetune (plaintext)", () => CarryOut(model, export, draw, cancellation));
        var noisyLosses = Timed("clear runs with noise", () => context.Shown(progress =>
            clearRuns.WithNoise(NoisyRuns, progress, cancellation)));
        return new DemoResults
        {
            Pretraining = pretraining,
            Export = export,
            Draw = draw,
            Parameters = parameters,
            Circuit = circuit,
            Keys = keys,
            Container = container,
            Encrypted = encrypted,
            EncryptedEvaluation = evaluation,
            Plaintext = plaintext,
            ClearLosses = clearLosses,
            NoisyLosses = noisyLosses,
            Before = Timed("evaluate", () => Evaluate(model, export, TrainedWeights.Initial(draw), "before", cancellation)),
            AfterEncrypted = Evaluate(model, export, encrypted.Weights, "after-encrypted", cancellation),
            AfterPlaintext = Evaluate(model, export, plaintext.Weights, "after-plaintext", cancellation),
            StageSeconds = _stageSeconds,
        };
    }

    private PretrainOutcome Pretrain(CancellationToken cancellation)
    {
        using var display = context.Display();
        var input = PretrainInputs.Of(context.Resolve, Settings.Arch, Settings.Train, Settings.Data, Settings.Impl) with
        {
            Calibration = new CalibrationSettings { FineTuning = Settings.Eval.Finetune.ToFineTuningSettings() },
        };
        return PretrainStage.Load(input, display, cancellation).Run(folder.FullPath, display, cancellation);
    }

    private ExportOutcome Export(string model, CancellationToken cancellation)
    {
        using var display = context.Display();
        using var stage = ExportStage.Load(new ExportInput
        {
            ModelFolder = model,
            Tasks = [Settings.Eval.Tasks.ToDefinition()],
            GlueFolder = context.ResolveOptional(Settings.Data.Glue),
            WordNetFolder = context.Resolve(Settings.Data.Wordnet),
            TrainLimit = Settings.Eval.Finetune.TrainLimit,
        });
        return stage.Run(folder.PathOf("export"), display, cancellation).Single();
    }

    private FineTuningDraw Draw(string model, ExportOutcome export) =>
        DrawStage.Load(Commands.Draw.DrawInputs.Of(model, export.TrainFolder, Settings.Eval)).Run(folder.FullPath).Draw;

    private DrawRunOutcome CarryOut(string model, ExportOutcome export, FineTuningDraw draw, CancellationToken cancellation)
    {
        using var display = context.Display();
        using var stage = DrawRunStage.Load(model, export.TrainFolder, draw);
        return stage.Run(folder.PathOf("plaintext"), display, cancellation);
    }

    private EvaluateOutcome Evaluate(string model, ExportOutcome export, TrainedWeights weights, string name, CancellationToken cancellation)
    {
        using var stage = EvaluateStage.Load(new EvaluateInput
        {
            ModelFolder = model,
            DevFolder = export.DevFolder,
            Task = export.Task,
            Weights = weights,
        });
        return stage.Run(folder.PathOf($"evaluation/{name}"), cancellation);
    }

    private EncryptedRunFiles Files(string output) => new(
        folder.PathOf("container"), folder.PathOf(StageFiles.Model), folder.PathOf("keys"), folder.PathOf(output), Threads);

    private void Say(string line) => context.Notices.WriteLine(line);

    private T Timed<T>(string stage, Func<T> work) => TimedAsync(stage, () => Task.FromResult(work())).GetAwaiter().GetResult();

    private async Task<T> TimedAsync<T>(string stage, Func<Task<T>> work)
    {
        Say($"== {stage}");
        var start = Stopwatch.GetTimestamp();
        var result = await work();
        _stageSeconds.Add((stage, Stopwatch.GetElapsedTime(start).TotalSeconds));
        return result;
    }
}
