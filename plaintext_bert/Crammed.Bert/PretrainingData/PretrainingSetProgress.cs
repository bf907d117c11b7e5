namespace Crammed.Bert;

/// <summary>How far the making of a pretraining set is. Another title starts another piece of work.</summary>
/// <param name="Title">What is being done: "tokenizing".</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="Unit">The unit in the plural: "bytes".</param>
public readonly record struct PretrainingSetProgress(string Title, long Done, long Total, string Unit);
