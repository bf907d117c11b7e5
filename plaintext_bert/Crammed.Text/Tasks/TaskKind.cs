namespace Crammed.Text;

/// <summary>What a task asks for.</summary>
public enum TaskKind
{
    /// <summary>One of a few labels.</summary>
    Classification,

    /// <summary>A score.</summary>
    Regression,
}
