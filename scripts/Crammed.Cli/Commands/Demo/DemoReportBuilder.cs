using Crammed.Cli.Encryption;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Demo;

/// <summary>The report's figures from a demo's results.</summary>
internal static class DemoReportBuilder
{
    private const int SecurityBits = 128;
    private const string RefreshParty = "refresh party (key holder)";

    /// <param name="results">What the run found.</param>
    /// <param name="settings">What it was asked for.</param>
    /// <param name="command">The command line that repeats it.</param>
    public static DemoReport Build(DemoResults results, DemoSettings settings, string command)
    {
        var (shape, parameters) = (results.Draw.Shape, results.Plan.Parameters);
        return new DemoReport
        {
            Run = new RunFacts(
                settings.Name, results.Export.Task.Name, results.Export.Of(TaskSplit.Train).Examples,
                results.Pretraining.Configuration with { HeadProjection = shape.HeadProjection, HeadHidden = shape.HeadHidden, Classes = shape.Classes },
                results.Pretraining.Parameters, results.Draw.Tensors.Sum(tensor => tensor.Values.LongLength), results.Draw.Settings,
                results.Pretraining.Training.HeldOutLoss),
            Encryption = new EncryptionFacts(
                parameters.Name, parameters.LogN, parameters.Log2QP, parameters.IsInsecure ? null : SecurityBits,
                settings.He.Refresh, EncryptedStages.PrecisionBits),
            KeyHoldings = [.. KeyHoldings.Where(holding => results.Encrypted.Run.RefreshPartyPeakBytes is not null || holding.Process != RefreshParty)],
            Items = Items(results.Draw),
            Losses = Losses(results),
            Adapters = TensorDifference.Of(results.Encrypted.Weights, results.Plaintext.Weights),
            Scores = new ScoreComparison(
                results.Before.Examples, results.Before.Main, results.AfterEncrypted.Main, results.AfterPlaintext.Main),
            EncryptedEvaluation = results.EncryptedEvaluation is { Logits: var logits }
                ? EncryptedEvaluation.Of(logits, [.. results.AfterEncrypted.Predictions.Logits.Take(logits.Length)])
                : null,
            Predicted = StepCost.Predicted(results.Plan),
            Measured = StepCost.Measured(results.Plan, results.Encrypted.Run.Profile),
            Parts = Parts(results),
            Instructions = Instructions(results),
            Sizes = Sizes(results),
            PeakMemory =
            [
                new NamedBytes("training program (server)", results.Encrypted.Run.Profile.PeakMemoryBytes),
                .. results.Encrypted.Run.RefreshPartyPeakBytes is { } peak ? [new NamedBytes(RefreshParty, peak)] : Array.Empty<NamedBytes>(),
                new NamedBytes("this program", System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64),
            ],
            Stages = [.. results.StageSeconds.Select(stage => new NamedSeconds(stage.Stage, stage.Seconds))],
            Reproduction = new ReproductionFacts(
                command, settings.Train.Seed, settings.Eval.Finetune.Seed, SourceVersion.Of(AppContext.BaseDirectory), MachineFacts.OfThis()),
        };
    }

    private static IReadOnlyList<KeyHolding> KeyHoldings { get; } =
    [
        new("training program (server)", "evaluation keys, public weights of the model, ciphertexts", "secret key, labels, text, adapters in the clear"),
        new(RefreshParty, "secret key (file mode 0600)", "text, labels; it sees only ciphertexts to decrypt and encrypt again"),
        new("this program (key holder)", "secret key while it encrypts and decrypts, text, labels", "nothing: it is the owner of the data"),
    ];

    private static ProtectedItem[] Items(FineTuningDraw draw) =>
    [
        new("token embeddings of every example", true, "encrypted by the key holder"),
        new("attention masks (which positions are padding)", true, "encrypted by the key holder"),
        new("labels", true, "encrypted by the key holder"),
        new("adapters and head, gradients, optimizer state, logits", true, "computed on ciphertexts by the server"),
        new("loss values", true, "computed by the key holder from decrypted logits"),
        new("pretrained weights", false, "public"),
        new(
            draw.AdapterDropout is null ? "hyperparameters, batch sizes, number of steps" : "hyperparameters, batch sizes, number of steps, dropout masks",
            false, "in the plan"),
    ];

    private static LossStep[] Losses(DemoResults results) =>
    [
        .. results.Encrypted.Losses.Select((loss, step) => new LossStep(
            step + 1, loss, results.Plaintext.Training.Steps[step].Loss, results.ClearLosses[step],
            [.. results.NoisyLosses.Select(run => run[step])])),
    ];

    private static NamedSeconds[] Parts(DemoResults results)
    {
        var profile = results.Encrypted.Run.Profile;
        return
        [
            .. profile.ByPart.OrderByDescending(part => part.Value)
                .Select(part => new NamedSeconds(part.Key, part.Value / profile.StepSeconds.Count)),
        ];
    }

    private static InstructionTime[] Instructions(DemoResults results)
    {
        var profile = results.Encrypted.Run.Profile;
        var counts = results.Plan.Training.Instructions.GroupBy(instruction => instruction.GetType().Name)
            .ToDictionary(kind => kind.Key, kind => kind.Count());
        return
        [
            .. profile.ByKind.OrderByDescending(kind => kind.Value)
                .Select(kind => new InstructionTime(kind.Key, counts.GetValueOrDefault(kind.Key), kind.Value / profile.StepSeconds.Count)),
        ];
    }

    private static NamedBytes[] Sizes(DemoResults results) =>
    [
        new("evaluation keys in memory", results.Encrypted.Run.Profile.KeyBytes),
        new("keys on disk", results.KeyBytes),
        new("encrypted container", results.ContainerBytes),
    ];
}
