namespace Crammed.Cli.Reports;

/// <summary>Something that the run worked with.</summary>
/// <param name="Item">For example "token embeddings of the training examples".</param>
/// <param name="IsEncrypted">Whether the server saw it as ciphertexts alone.</param>
/// <param name="Where">Where it was encrypted, kept, or used in the clear.</param>
internal sealed record ProtectedItem(string Item, bool IsEncrypted, string Where);
