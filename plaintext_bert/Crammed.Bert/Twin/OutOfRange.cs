namespace Crammed.Bert;

/// <summary>What to do where a value leaves the domain that a polynomial was fitted on.</summary>
public enum OutOfRange
{
    /// <summary>Stop with a <see cref="DomainViolationException"/>.</summary>
    Error,

    /// <summary>
    /// Count it, and evaluate the polynomial all the same. Ciphertexts would do so too, as long as the result stays within what one can
    /// hold.
    /// </summary>
    Report,
}
