namespace Crammed.Encrypted.Planning;

/// <summary>What the engine does with one ciphertext, as far as a cost is known for it.</summary>
public enum EngineOperation
{
    /// <summary>Sum or difference of two ciphertexts, or of a ciphertext and public slots.</summary>
    Addition,

    /// <summary>Product with an integer. No level.</summary>
    IntegerProduct,

    /// <summary>Product of two ciphertexts in three polynomials, added to a sum of such.</summary>
    TensorProduct,

    /// <summary>From three polynomials to two.</summary>
    Relinearization,

    /// <summary>Division by the last prime.</summary>
    Rescale,

    /// <summary>Product with a plaintext that has all its residues, added to a sum.</summary>
    PlainProduct,

    /// <summary>Product with one number, added to a sum.</summary>
    ScalarProduct,

    /// <summary>Product with a frozen weight, whose residues repeat with the block, added to a sum.</summary>
    PeriodicProduct,

    /// <summary>Public slots to a plaintext.</summary>
    Encoding,

    /// <summary>Digits of a ciphertext extended to all moduli, for several key switches (hoisting).</summary>
    Decomposition,

    /// <summary>Rotation of a decomposed ciphertext: product with the key, division by the special primes.</summary>
    HoistedRotation,

    /// <summary>Rotation of a decomposed ciphertext that is added to others before one <see cref="Division"/>.</summary>
    SummedRotation,

    /// <summary>Division of a sum of rotations by the special primes.</summary>
    Division,

    /// <summary>A rotation by itself: decomposition, product with the key, division.</summary>
    Rotation,

    /// <summary>Bootstrap of one ciphertext, which carries two real vectors.</summary>
    Bootstrap,

    /// <summary>One more bootstrap of a call, which reads keys and diagonals for all of it.</summary>
    FurtherBootstrap,

    /// <summary>Refresh of one vector by the key holder.</summary>
    ClientRefresh,

    /// <summary>A vector written to disk.</summary>
    Store,

    /// <summary>A vector read from disk.</summary>
    Load,

    /// <summary>The masked half of a switching key read from disk.</summary>
    KeyLoad,

    /// <summary>The uniform half of a switching key expanded from its seed.</summary>
    KeyExpansion,
}
