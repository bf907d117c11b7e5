using Crammed.Bert;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Models;
using Crammed.Files;
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

/// <summary>Training and evaluation of a plan's programs on ciphertexts, from a container to decrypted results.</summary>
internal static class EncryptedStages
{
    /// <summary>Released values are multiples of 2^-PrecisionBits: about three standard deviations of the noise at the demo's parameters.</summary>
    public const int PrecisionBits = 20;

    /// <summary>Decrypts what training sent back.</summary>
    /// <param name="files">Of the run.</param>
    /// <param name="packing">Of the plan's model.</param>
    /// <param name="draw">The draw that the container was made from.</param>
    /// <param name="train">Exported training split: the labels for the loss.</param>
    /// <param name="run">What it cost.</param>
    /// <exception cref="FileNotFoundException">A result is missing.</exception>
    /// <exception cref="InvalidDataException">A result is damaged, or of another plan or key.</exception>
    public static EncryptedTrainingOutcome ReadTraining(
        EncryptedRunFiles files, TaskPacking packing, FineTuningDraw draw, EncryptableSplit train, EncryptedRunResult run)
    {
        using var secret = KeyFolder.OpenSecret(files.Keys, files.Plan.Parameters);
        var results = new TrainingResults(files.Plan, packing, secret, PrecisionBits);
        var losses = Enumerable.Range(0, draw.Settings.Steps).Select(step => TrainingResults.Loss(
            results.Logits(Path.Combine(files.Output, RunFiles.Logits(step)), files.Plan.Training, draw.Settings.BatchSize),
            ClearTraining.LabelsOf(draw, train, step))).ToArray();
        var trained = results.Trained(Path.Combine(files.Output, RunFiles.States));
        return new EncryptedTrainingOutcome(CheckpointModel.Weights(draw, trained), losses, run);
    }

    /// <summary>Decrypts adapters and head of a run's state.</summary>
    /// <param name="plan">Of the run.</param>
    /// <param name="packing">Of the plan's model.</param>
    /// <param name="keys">The key holder's folder.</param>
    /// <param name="states">Folder of the state.</param>
    /// <exception cref="FileNotFoundException">There is no state.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another plan or key.</exception>
    public static TrainedWeights ReadWeights(PlanFolder plan, TaskPacking packing, string keys, string states)
    {
        using var secret = KeyFolder.OpenSecret(keys, plan.Parameters);
        var trained = new TrainingResults(plan, packing, secret, PrecisionBits).Trained(states);
        return CheckpointModel.Weights(plan.Manifest.Settings, plan.Manifest.Shape, trained);
    }

    /// <summary>Decrypts the logits of the container's examples.</summary>
    /// <param name="files">Of the run.</param>
    /// <param name="packing">Of the plan's model.</param>
    /// <param name="run">What it cost.</param>
    /// <exception cref="FileNotFoundException">A result is missing.</exception>
    /// <exception cref="InvalidDataException">A result is damaged, or of another plan or key.</exception>
    public static EncryptedEvaluationOutcome ReadEvaluation(EncryptedRunFiles files, TaskPacking packing, EncryptedRunResult run)
    {
        var batches = EncryptedContainerManifest.Read(files.Container).EvaluationBatches;
        using var secret = KeyFolder.OpenSecret(files.Keys, files.Plan.Parameters);
        var results = new TrainingResults(files.Plan, packing, secret, PrecisionBits);
        var logits = batches.SelectMany((examples, batch) =>
            results.Logits(Path.Combine(files.Output, RunFiles.Logits(batch)), files.Plan.Evaluation, examples)).ToArray();
        return new EncryptedEvaluationOutcome(logits, run);
    }

    /// <summary>
    /// Refuses parts that do not belong together before anything is started: a container of another plan or draw, keys of another plan,
    /// data under another key.
    /// </summary>
    /// <exception cref="FileNotFoundException">A part is missing.</exception>
    /// <exception cref="InvalidDataException">A part is malformed, or belongs to something else.</exception>
    public static void Check(PlanFolder plan, string container, string keys, string? drawFile = null)
    {
        var manifest = EncryptedContainer.Open(container, plan).Manifest;
        using (var secret = KeyFolder.OpenSecret(keys, plan.Parameters))
        {
            if (manifest.KeyId != secret.KeyId.ToString())
                throw new InvalidDataException($"{container}: encrypted under another key than that of {keys}; convert again with this key");
        }
        if (drawFile is not null && FileHash.Sha256(drawFile) != manifest.DrawSha256)
            throw new InvalidDataException($"{container}: made from another draw than {drawFile}; give that draw, or convert again");
    }

    /// <summary>Writes FOLDER/adapters.safetensors and FOLDER/metrics.csv (step, learning rate, loss).</summary>
    public static void WriteResults(TrainedWeights weights, IReadOnlyList<double> losses, FineTuningDraw draw, string folder)
    {
        Directory.CreateDirectory(folder);
        weights.Write(Path.Combine(folder, StageFiles.Adapters));
        FineTuningStep.Write(
            Path.Combine(folder, StageFiles.Metrics),
            losses.Select((loss, step) => new FineTuningStep(step + 1, draw.Settings.LearningRateAt(step), loss)));
    }
}
