using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Study;

/// <summary>A run's score on a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Metric">Its main metric.</param>
/// <param name="Value">NaN where it is undefined.</param>
/// <param name="Chance">Of the best constant answer.</param>
internal sealed record StudyScore(string Task, string Metric, double Value, double Chance)
{
    /// <summary>Reads a row of fine-tuning's summary.</summary>
    /// <exception cref="InvalidDataException">A column is missing or holds no number.</exception>
    public static StudyScore Of(CsvRow row) => new(row.Text("task"), row.Text("metric"), row.Number("median"), row.Number("chance"));
}
