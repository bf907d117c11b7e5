using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Programs;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>The report's figures from what a run of a plan's programs found.</summary>
internal static class EncryptedReportBuilder
{
    private const int SecurityBits = 128;

    /// <summary>Derives everything.</summary>
    public static EncryptedReport Build(EncryptedFindings found)
    {
        var (plan, training, isEncrypted) = (found.Plan, found.Training, found.Mode == FheMode.Execute);
        var parameters = plan.Parameters;
        var program = training is null ? plan.Evaluation : plan.Training;
        var asksClient = program.Instructions.OfType<Refresh>().Any(refresh => refresh.Method == RefreshMethod.Client);
        return new EncryptedReport
        {
            Run = RunOf(found),
            Encryption = new EncryptionFacts(
                parameters.Name, parameters.LogN, parameters.Log2QP, parameters.IsInsecure ? null : SecurityBits,
                asksClient ? RefreshPolicy.Client : RefreshPolicy.Bootstrap, EncryptedStages.PrecisionBits)
            {
                Mode = found.Mode,
            },
            KeyHoldings = isEncrypted ? EncryptionFactsText.Holdings(asksClient) : [],
            Items = isEncrypted ? EncryptionFactsText.Items(training) : [],
            Losses = training is null ? [] : LossesOf(training),
            Adapters = training is null ? [] : TensorDifference.Of(training.Weights, training.Plaintext.Weights),
            Scores = training?.Scores,
            Evaluation = found.Evaluation,
            Cost = found is { Run: { } run, Files: { } files } ? RunCosts.Of(plan, program, run, files) : null,
            Levels = LevelLedger.Of(plan, program),
            Stages = found.Stages,
            Reproduction = new ReproductionFacts(
                found.Command, found.Pretraining?.Seed, training?.Draw.Seed, SourceVersion.Of(AppContext.BaseDirectory), MachineFacts.OfThis()),
        };
    }

    private static RunFacts RunOf(EncryptedFindings found)
    {
        var (shape, settings) = (found.Plan.Manifest.Shape, found.Plan.Manifest.Settings);
        return new RunFacts(
            found.Name, found.Task, found.Training?.Draw.TrainingExamples,
            ModelFolder.Configuration(found.ModelFolder) with
            {
                HeadProjection = shape.HeadProjection,
                HeadHidden = shape.HeadHidden,
                Classes = shape.Classes,
            },
            ParametersOf(found.ModelFolder), shape.TensorShapes(settings.Rank).Sum(tensor => Product(tensor.Shape)), settings,
            found.Pretraining?.HeldOutLoss);
    }

    private static long ParametersOf(string modelFolder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(modelFolder, CheckpointFiles.Weights));
        return file.Names.Sum(name => Product(file.Shape(name)));
    }

    private static long Product(IEnumerable<long> sizes) => sizes.Aggregate(1L, (product, size) => product * size);

    private static LossStep[] LossesOf(TrainingFindings training) =>
    [
        .. training.Losses.Select((loss, step) => new LossStep(
            step + 1, loss, training.Plaintext.Training.Steps[step].Loss, training.ClearLosses?[step],
            [.. training.NoisyLosses.Select(run => run[step])])),
    ];
}
