namespace Crammed.Text;

/// <summary>One row of a task's file.</summary>
/// <param name="Place">Where it stands, for messages: "line 3", "row 3".</param>
/// <param name="Fields">The fields of <see cref="TaskDefinition.FieldColumns"/>, in that order.</param>
internal readonly record struct TaskRow(string Place, string[] Fields);
