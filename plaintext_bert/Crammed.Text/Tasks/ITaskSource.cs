namespace Crammed.Text;

/// <summary>The labelled examples of one task.</summary>
public interface ITaskSource
{
    /// <summary>Name, labels and metrics.</summary>
    TaskDescription Description { get; }

    /// <summary>The examples of a split, the same and in the same order at every call.</summary>
    /// <exception cref="InvalidDataException">The data is malformed; names file, line, field, value and what is expected.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read; says what to provide.</exception>
    IReadOnlyList<Example> Read(TaskSplit split);
}

/// <summary>What a model and a metric need to know of a task.</summary>
/// <param name="Name">The name users give, for example rte.</param>
/// <param name="IsPair">The task is on pairs of texts.</param>
/// <param name="Labels">The labels in the order of their indices; empty for regression.</param>
/// <param name="Metrics">The metrics to report, the first being the main one, as in <see cref="MetricNames"/>.</param>
public sealed record TaskDescription(string Name, bool IsPair, IReadOnlyList<string> Labels, IReadOnlyList<string> Metrics)
{
    /// <summary>Classification, or regression where there are no labels.</summary>
    public TaskKind Kind => Labels.Count == 0 ? TaskKind.Regression : TaskKind.Classification;

    /// <summary>Values a model puts out for each example: one a label, or one score.</summary>
    public int OutputCount => Math.Max(1, Labels.Count);
}

/// <summary>One labelled row of a task.</summary>
/// <param name="Index">Position in its split, from 0.</param>
/// <param name="First">The text, or the first of a pair.</param>
/// <param name="Second">The second text of a pair; null in tasks on single texts.</param>
/// <param name="LabelText">The label as the data has it.</param>
/// <param name="Label">The label's index in <see cref="TaskDescription.Labels"/>, or the score of a regression task.</param>
public sealed record Example(int Index, string First, string? Second, string LabelText, double Label);

/// <summary>The labelled parts of a task.</summary>
public enum TaskSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For evaluation.</summary>
    Dev,
}
