using Crammed.Bert;
using Crammed.Cli.Commands.Pretrain;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Demo;

/// <summary>The stages of the demo in one folder, each the same as the command of its name.</summary>
/// <param name="context">Settings and console.</param>
/// <param name="folder">The run's folder.</param>
internal sealed class DemoPipeline(RunContext<DemoSettings> context, OutputFolder folder)
{
    private DemoSettings Settings => context.Settings;

    /// <summary>Runs everything.</summary>
    public async Task<EncryptedFindings> RunAsync(CancellationToken cancellation)
    {
        var stages = KeptStages.Open(folder.FullPath, context.Notices.WriteLine);
        var pretraining = stages.Timed("pretrain", () => Pretrain(cancellation));
        var pipeline = new EncryptedPipeline(Input(pretraining.ModelFolder), folder.FullPath, StageConsole.Of(context));
        pipeline.Prepare(cancellation);
        // First on clear slots: a value outside its calibrated domain shows there, before hours on ciphertexts are spent.
        var clear = pipeline.TrainOnClearSlots(noiseSeed: null, cancellation);
        var noisy = pipeline.TrainWithNoise(Settings.RunsWithNoise, cancellation);
        Predict(pipeline, noisy);
        pipeline.Encrypt(cancellation);
        var encrypted = await pipeline.TrainAsync(cancellation);
        var evaluation = await pipeline.EvaluateAsync(cancellation);
        var plaintext = pipeline.Compare(encrypted.Weights, evaluation, cancellation);
        return new EncryptedFindings
        {
            Name = Settings.Name,
            Task = pipeline.Export.Task.Name,
            ModelFolder = pretraining.ModelFolder,
            Plan = pipeline.Plan,
            Training = new TrainingFindings(
                pipeline.Draw, encrypted.Weights, encrypted.Losses, plaintext.Training, clear.Losses, noisy, plaintext.Scores),
            Evaluation = plaintext.Evaluation,
            Run = encrypted.Run,
            Files = pipeline.TrainingFiles,
            Stages = pipeline.StageSeconds,
            Command = context.CommandLine("demo"),
            Pretraining = (Settings.Train.Seed, pretraining.Training.HeldOutLoss),
        };
    }

    /// <summary>Says what the plan predicts before anything is encrypted.</summary>
    private void Predict(EncryptedPipeline pipeline, double[][] noisy)
    {
        var (cost, steps) = (StepCost.Predicted(pipeline.Plan), pipeline.Draw.Settings.Steps);
        var last = noisy.Select(run => run[^1]).ToArray();
        context.Notices.WriteLine(
            $"predicted: {NumberText.Seconds(cost.Seconds)} a step, {NumberText.Seconds(steps * cost.Seconds)} for {steps} steps; "
            + $"{NumberText.Count(cost.Refreshes)} refreshes a step; {NumberText.Bytes(cost.MemoryBytes)} of memory; last loss between "
            + $"{NumberText.Loss(last.Min())} and {NumberText.Loss(last.Max())} in {last.Length} runs with noise");
    }

    private PretrainOutcome Pretrain(CancellationToken cancellation)
    {
        using var display = context.Display();
        var input = PretrainInputs.Of(context.Resolve, Settings.Arch, Settings.Train, Settings.Data, Settings.Impl) with
        {
            Calibration = new CalibrationSettings { FineTuning = Settings.FineTuning },
        };
        return PretrainStage.Load(input, display, cancellation).Run(folder.FullPath, display, cancellation);
    }

    private PipelineInput Input(string model) => new()
    {
        ModelFolder = model,
        Task = Settings.Eval.Tasks.ToDefinition(),
        GlueFolder = context.ResolveOptional(Settings.Data.Glue),
        WordNetFolder = context.Resolve(Settings.Data.Wordnet),
        TrainLimit = Settings.Eval.Finetune.TrainLimit,
        FineTuning = Settings.FineTuning,
        Seed = Settings.Eval.Finetune.Seed,
        EncryptedExamples = Settings.Eval.EncryptedExamples,
        Planning = Settings.Planning,
        CostFiles = [.. Settings.Planning.Costs.Select(context.Resolve)],
        Encryption = Settings.Encryption,
        Threads = Settings.Impl.ThreadCount,
    };
}
