using Crammed.Bert;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Encryption;

/// <summary>
/// The training of a draw again in plaintext, with the exact functions in float64, and scores of what both trained: thousands of times
/// faster than on ciphertexts.
/// </summary>
internal sealed class PlaintextComparison
{
    /// <summary>How often the plaintext run is scored on its way, at most.</summary>
    private const int Scored = 12;

    private const string PlaintextFolder = "plaintext", EvaluationFolder = "evaluation";

    /// <summary>The checkpoint.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported training split.</summary>
    public required string TrainFolder { get; init; }

    /// <summary>The exported evaluation split; null: nothing is scored.</summary>
    public required string? DevFolder { get; init; }

    /// <summary>The task of the splits.</summary>
    public required TaskDescription Task { get; init; }

    /// <summary>Where the plaintext run and the evaluations go.</summary>
    public required string Folder { get; init; }

    /// <summary>Carries out the draw, to FOLDER/plaintext.</summary>
    public DrawRunOutcome CarryOut(FineTuningDraw draw, Func<ProgressDisplay> display, CancellationToken cancellation)
    {
        var evaluation = DevFolder is { } dev ? new DevEvaluation(TaskData.Read(dev), Task.Metrics, Scored) : null;
        using var progress = display();
        using var stage = DrawRunStage.Load(ModelFolder, TrainFolder, draw, evaluation);
        return stage.Run(Path.Combine(Folder, PlaintextFolder), progress, cancellation);
    }

    /// <summary>
    /// Scores the draw's untrained weights, trained ones and the plaintext run's, to FOLDER/evaluation, and compares logits of ciphertexts;
    /// nothing without an evaluation split.
    /// </summary>
    /// <param name="draw">Of the training.</param>
    /// <param name="trained">What came out of it.</param>
    /// <param name="plaintext">The same in plaintext.</param>
    /// <param name="encrypted">Logits on ciphertexts of the first examples under the trained weights; null: none.</param>
    /// <param name="cancellation">Stops.</param>
    public PlaintextResults Score(
        FineTuningDraw draw, TrainedWeights trained, DrawRunOutcome plaintext, double[][]? encrypted, CancellationToken cancellation)
    {
        if (DevFolder is null)
            return new PlaintextResults(plaintext, null, null);
        var before = Evaluate(TrainedWeights.Initial(draw), "before", cancellation);
        var after = Evaluate(trained, "trained", cancellation);
        var scores = new ScoreComparison(
            before.Examples, before.Scores, after.Scores, Evaluate(plaintext.Weights, "after-plaintext", cancellation).Scores)
        {
            BySteps = [.. plaintext.Training.Epochs.Select(epoch => (epoch.Step, epoch.Metrics[0].Value))],
        };
        return new PlaintextResults(plaintext, scores, encrypted is null ? null : EvaluationComparison.Of(encrypted, after));
    }

    /// <summary>Evaluates weights in plaintext.</summary>
    private EvaluateOutcome Evaluate(TrainedWeights weights, string name, CancellationToken cancellation)
    {
        using var stage = EvaluateStage.Load(new EvaluateInput
        {
            ModelFolder = ModelFolder,
            DevFolder = DevFolder,
            Task = Task,
            Weights = weights,
        });
        return stage.Run(Path.Combine(Folder, EvaluationFolder, name), cancellation);
    }
}

/// <summary>What plaintext says beside a run of a plan's programs.</summary>
/// <param name="Training">The same draw.</param>
/// <param name="Scores">On the evaluation split; null where there is none.</param>
/// <param name="Evaluation">Logits on ciphertexts beside plaintext; null where none were computed.</param>
internal sealed record PlaintextResults(DrawRunOutcome Training, ScoreComparison? Scores, EncryptedEvaluation? Evaluation);
