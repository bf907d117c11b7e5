namespace Crammed.Encrypted.Execution;

/// <summary>A value left the range for which a polynomial or the modulus was chosen.</summary>
/// <param name="message">what was left</param>
/// <param name="vector">place of the vector among those of the verb</param>
public sealed class RangeViolationException(string message, int vector = 0) : InvalidOperationException(message)
{
    /// <summary>Place of the vector among those of the verb.</summary>
    public int Vector { get; } = vector;
}
