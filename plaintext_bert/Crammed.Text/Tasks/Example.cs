namespace Crammed.Text;

/// <summary>One labelled row of a task.</summary>
/// <param name="Index">Position in its split, from 0.</param>
/// <param name="First">The text, or the first of a pair.</param>
/// <param name="Second">The second text of a pair; null in tasks on single texts.</param>
/// <param name="LabelText">The label as the data has it.</param>
/// <param name="Label">The label's index in <see cref="TaskDescription.Labels"/>, or the score of a regression task.</param>
public sealed record Example(int Index, string First, string? Second, string LabelText, double Label);
