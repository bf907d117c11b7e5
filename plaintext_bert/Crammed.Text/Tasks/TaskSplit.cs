namespace Crammed.Text;

/// <summary>The labelled parts of a task.</summary>
public enum TaskSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For evaluation.</summary>
    Dev,
}
