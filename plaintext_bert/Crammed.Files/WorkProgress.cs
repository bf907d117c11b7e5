namespace Crammed.Files;

/// <summary>
/// How far a piece of work is: first reported before it begins, with what an earlier run has done of it. A report with another title than
/// the one before starts another piece of work. Who shows it works out rate and time left.
/// </summary>
/// <param name="Title">What is being done: "pretraining".</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="Unit">The unit in the plural: "steps"; "bytes" and "seconds" are shown as such.</param>
/// <param name="Detail">More to show, such as "loss 5.43".</param>
public sealed record WorkProgress(string Title, long Done, long Total, string Unit, string? Detail = null);
