using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Study;

/// <summary>What a run found, read from the files that its two commands wrote.</summary>
/// <param name="Run">The run.</param>
/// <param name="HeldOut">Step and held-out loss, nats for each masked token, in the order of training; not empty.</param>
/// <param name="PretrainSeconds">Of training, without calibration.</param>
/// <param name="Scores">The main metric of each task.</param>
/// <param name="Configuration">The pretrained model's.</param>
/// <param name="Calibration">Ranges of its inner values.</param>
internal sealed record StudyResult(
    StudyRun Run, IReadOnlyList<(int Step, double Loss)> HeldOut, double PretrainSeconds, IReadOnlyList<StudyScore> Scores,
    BertConfiguration Configuration, Calibration Calibration)
{
    /// <summary>At the end of pretraining.</summary>
    public double HeldOutLoss => HeldOut[^1].Loss;

    /// <summary>The score on a task of the study.</summary>
    public StudyScore ScoreOn(string task) => Scores.First(score => score.Task == task);

    /// <summary>Whether the pretraining is complete.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outputs">The folder of all runs' folders.</param>
    public static bool IsPretrained(StudyRun run, string outputs) => File.Exists(PretrainingOf(run, outputs));

    /// <summary>Reads a complete run; null where something of it is missing.</summary>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static StudyResult? Read(StudyRun run, IReadOnlyList<string> tasks, string outputs)
    {
        string scoresFile = Path.Combine(outputs, run.TasksName, StageFiles.Summary);
        if (!IsPretrained(run, outputs) || (tasks.Count > 0 && !File.Exists(scoresFile)))
            return null;
        // The first row of a task is its main metric.
        var scores = tasks.Count == 0 ? [] : CsvRow.ReadAll(scoresFile).Select(StudyScore.Of).DistinctBy(score => score.Task).ToList();
        if (!tasks.All(task => scores.Any(score => score.Task == task)))
            return null;
        string pretraining = PretrainingOf(run, outputs);
        var steps = CsvRow.ReadAll(pretraining);
        var heldOut = steps.Where(row => row.Text("held_out_loss").Length > 0)
            .Select(row => ((int)row.Number("step"), row.Number("held_out_loss")))
            .ToList();
        return heldOut.Count > 0
            ? new StudyResult(
                run, heldOut, steps[^1].Number("seconds"), scores, ModelFolder.Configuration(ModelOf(run, outputs)),
                Calibration.Read(Path.Combine(ModelOf(run, outputs), CheckpointFiles.Calibration)))
            : throw new InvalidDataException($"{pretraining}: no row has a held_out_loss");
    }

    private static string ModelOf(StudyRun run, string outputs) => Path.Combine(outputs, run.Name, StageFiles.Model);

    private static string PretrainingOf(StudyRun run, string outputs) => Path.Combine(outputs, run.Name, StageFiles.Metrics);
}
