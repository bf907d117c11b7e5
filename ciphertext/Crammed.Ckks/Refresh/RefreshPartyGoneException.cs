namespace Crammed.Ckks;

/// <summary>The connection to the key holder's refresh party ended while something was asked of it.</summary>
/// <param name="message">one line</param>
/// <param name="innerException">how that was found</param>
public sealed class RefreshPartyGoneException(string message, Exception innerException) : IOException(message, innerException);
