using Crammed.Ckks;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Converter;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Demo;

/// <summary>The report's figures from a demo's results.</summary>
internal static class DemoReportBuilder
{
    private const int SecurityBits = 128;

    /// <param name="results">What the run found.</param>
    /// <param name="settings">What it was asked for.</param>
    /// <param name="command">The command line that repeats it.</param>
    public static DemoReport Build(DemoResults results, DemoSettings settings, string command)
    {
        var shape = results.Draw.Shape;
        return new DemoReport
        {
            Run = new RunFacts(
                settings.Name, results.Export.Task.Name, results.Export.Of(TaskSplit.Train).Examples,
                results.Pretraining.Configuration with { HeadProjection = shape.HeadProjection, HeadHidden = shape.HeadHidden, Classes = shape.Classes },
                results.Pretraining.Parameters, results.Draw.Tensors.Sum(tensor => tensor.Values.LongLength), results.Draw.Settings,
                results.Pretraining.Training.HeldOutLoss),
            Encryption = new EncryptionFacts(
                results.Parameters.Name, results.Parameters.LogN, results.Parameters.Log2QP, results.Parameters.IsInsecure ? null : SecurityBits,
                settings.He.Refresh, ResultReader.PrecisionBits),
            KeyHoldings = KeyHoldings,
            Items = Items(results.Draw),
            Losses = Losses(results),
            Adapters = TensorDifference.Of(results.Encrypted.Weights, results.Plaintext.Weights),
            Scores = new ScoreComparison(
                results.Before.Examples, results.Before.Main, results.AfterEncrypted.Main, results.AfterPlaintext.Main),
            EncryptedEvaluation = EncryptedEvaluation.Of(
                results.EncryptedEvaluation.Logits,
                [.. results.AfterEncrypted.Predictions.Logits.Take(results.EncryptedEvaluation.Logits.Length)]),
            Layers = Layers(results),
            Operations = Operations(results),
            Sizes = Sizes(results),
            PeakMemory =
            [
                new NamedBytes("training program (server)", results.Encrypted.Run.Profile.PeakMemoryBytes),
                new NamedBytes("refresh party (key holder)", results.Encrypted.Run.RefreshPartyPeakBytes),
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
        new("refresh party (key holder)", "secret key (file mode 0600)", "text, labels; it sees only ciphertexts to decrypt and encrypt again"),
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
            false, "in the container's manifest"),
    ];

    private static LossStep[] Losses(DemoResults results) =>
    [
        .. results.Encrypted.Losses.Select((loss, step) => new LossStep(
            step + 1, loss, results.Plaintext.Training.Steps[step].Loss, results.ClearLosses[step],
            [.. results.NoisyLosses.Select(run => run[step])])),
    ];

    private static NamedSeconds[] Layers(DemoResults results)
    {
        var profile = results.Encrypted.Run.Profile;
        return
        [
            .. profile.LayerSeconds.OrderByDescending(layer => layer.Value)
                .Select(layer => new NamedSeconds(layer.Key, layer.Value / profile.StepSeconds.Count)),
        ];
    }

    private static OperationCost[] Operations(DemoResults results)
    {
        var profile = results.Encrypted.Run.Profile;
        double steps = profile.StepSeconds.Count;
        return
        [
            .. profile.Operations.GroupBy(record => record.Operation)
                .Select(kind => new OperationCost(kind.Key, kind.Sum(record => record.Count) / steps, kind.Sum(record => record.Seconds) / steps))
                .OrderByDescending(cost => cost.ProcessorSeconds),
        ];
    }

    private static NamedBytes[] Sizes(DemoResults results) =>
    [
        new("evaluation keys in memory", results.Keys.EvaluationKeyBytes),
        new("evaluation keys on disk", results.Keys.EvaluationKeyFileBytes),
        new("encrypted container", results.Container.Bytes),
        new("refresh traffic of a step, both ways", RefreshTraffic(results) / results.Encrypted.Run.Profile.StepSeconds.Count),
    ];

    /// <summary>Two polynomials modulo the lowest prime there, one polynomial at the target level and a seed back; headers not counted.</summary>
    private static long RefreshTraffic(DemoResults results) => results.Encrypted.Run.Profile.Operations
        .Where(record => record.Operation == "refresh")
        .Sum(record => record.Count * ((2 * Bytes(results.Parameters, 0)) + Bytes(results.Parameters, record.Level)));

    private static long Bytes(CkksParameters parameters, int level) =>
        parameters.Moduli.Take(level + 1).Sum(modulus => (long)(64 - ulong.LeadingZeroCount(modulus)) * parameters.N / 8);
}
