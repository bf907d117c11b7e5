namespace Crammed.Encrypted.Execution;

/// <summary>A value left the range for which a polynomial or the modulus was chosen.</summary>
public sealed class RangeViolationException(string message) : InvalidOperationException(message);
