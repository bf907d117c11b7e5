namespace Crammed.Ckks;

/// <summary>A serialized object is cut short, damaged, of another version, or of other parameters; the message says which.</summary>
public sealed class CkksFormatException(string message) : Exception(message);
