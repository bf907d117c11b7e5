namespace Crammed.Ckks;

/// <summary>Which parts of its slots a ciphertext carries a message in.</summary>
internal enum SlotParts
{
    /// <summary>Real parts only; imaginary ones are zero, or noise that is dropped.</summary>
    Real,

    /// <summary>Real and imaginary parts.</summary>
    Complex,
}
