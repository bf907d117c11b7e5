using Crammed.Bert;
using Crammed.Ckks;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>What encrypted fine-tuning gave the key holder.</summary>
/// <param name="Weights">Decrypted adapters and head, rounded.</param>
/// <param name="Losses">Loss of each step, from decrypted logits and the key holder's labels.</param>
/// <param name="Run">What it cost.</param>
internal sealed record EncryptedTrainingOutcome(TrainedWeights Weights, double[] Losses, EncryptedRunResult Run);

/// <summary>What encrypted evaluation gave the key holder.</summary>
/// <param name="Logits">[example][class], rounded.</param>
/// <param name="Run">What it cost.</param>
internal sealed record EncryptedEvaluationOutcome(double[][] Logits, EncryptedRunResult Run);

/// <summary>Training and evaluation on ciphertexts, from a container to decrypted results.</summary>
internal static class EncryptedStages
{
    /// <param name="files">Where everything is.</param>
    /// <param name="draw">The draw that the container was made from.</param>
    /// <param name="train">Exported training split: the labels for the loss.</param>
    /// <param name="report">Told each line of progress.</param>
    /// <param name="cancellation">Lets the step under way finish.</param>
    public static async Task<EncryptedTrainingOutcome> TrainAsync(
        EncryptedRunFiles files, FineTuningDraw draw, EncryptableSplit train, Action<string> report, CancellationToken cancellation)
    {
        var run = await EncryptedRun.RunAsync(files, null, report, cancellation).ConfigureAwait(false);
        var (parameters, manifest) = Open(files);
        using var secret = KeyFolder.OpenSecret(files.Keys, parameters);
        var reader = new ResultReader(parameters, secret, manifest);
        var losses = Enumerable.Range(0, draw.Settings.Steps).Select(step => reader.Loss(
            Path.Combine(files.Output, ResultFiles.Logits(step + 1)),
            [.. draw.Batch(step).ToArray().Select(index => train.Examples[(int)index].Label)])).ToArray();
        return new EncryptedTrainingOutcome(reader.Weights(Path.Combine(files.Output, ResultFiles.Parameters)), losses, run);
    }

    /// <param name="files">Where everything is.</param>
    /// <param name="parametersFile">Packed parameters, as training left them.</param>
    /// <param name="report">Told each line of progress.</param>
    /// <param name="cancellation">Lets the batch under way finish.</param>
    public static async Task<EncryptedEvaluationOutcome> EvaluateAsync(
        EncryptedRunFiles files, string parametersFile, Action<string> report, CancellationToken cancellation)
    {
        var run = await EncryptedRun.RunAsync(files, parametersFile, report, cancellation).ConfigureAwait(false);
        var (parameters, manifest) = Open(files);
        using var secret = KeyFolder.OpenSecret(files.Keys, parameters);
        var reader = new ResultReader(parameters, secret, manifest);
        var logits = manifest.EvaluationBatches
            .SelectMany((examples, batch) => reader.Logits(Path.Combine(files.Output, ResultFiles.Logits(batch + 1)), examples)).ToArray();
        return new EncryptedEvaluationOutcome(logits, run);
    }

    /// <summary>Refuses a folder that is no container or no model, and keys that do not belong, before anything is started.</summary>
    public static void Check(string container, string keys, string model)
    {
        ModelFolder.Configuration(model);
        var manifest = ContainerManifest.Read(container);
        var parameters = CkksParameters.Create(NamedParameters.Find(manifest.ParameterSet));
        using var secret = KeyFolder.OpenSecret(keys, parameters);
        manifest.RequireKey(keys, secret.KeyId);
        using var evaluationKeys = KeyFolder.OpenEvaluationKeys(keys, parameters);
    }

    /// <summary>Writes FOLDER/adapters.safetensors and FOLDER/metrics.csv (step, learning rate, loss).</summary>
    public static void WriteResults(EncryptedTrainingOutcome outcome, FineTuningDraw draw, string folder)
    {
        Directory.CreateDirectory(folder);
        outcome.Weights.Write(Path.Combine(folder, StageFiles.Adapters));
        FineTuningStep.Write(
            Path.Combine(folder, StageFiles.Metrics),
            outcome.Losses.Select((loss, step) => new FineTuningStep(step + 1, draw.Settings.LearningRateAt(step), loss)));
    }

    private static (CkksParameters Parameters, ContainerManifest Manifest) Open(EncryptedRunFiles files)
    {
        var manifest = ContainerManifest.Read(files.Container);
        return (CkksParameters.Create(NamedParameters.Find(manifest.ParameterSet)), manifest);
    }
}
