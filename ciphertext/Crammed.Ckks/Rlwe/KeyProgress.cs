namespace Crammed.Ckks;

/// <summary>
/// How far making or loading keys is. Keys differ ten times in size, so that the time left follows from bytes rather than from their
/// number.
/// </summary>
/// <param name="Done">keys that are done</param>
/// <param name="Total">keys in all</param>
/// <param name="DoneBytes">bytes of residues of those that are done, as <see cref="EvaluationKeyInfo.MemoryBytes"/></param>
/// <param name="TotalBytes">bytes of residues of all</param>
public readonly record struct KeyProgress(int Done, int Total, long DoneBytes, long TotalBytes);
