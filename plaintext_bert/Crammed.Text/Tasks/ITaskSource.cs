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
