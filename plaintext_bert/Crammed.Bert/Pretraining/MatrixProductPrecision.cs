namespace Crammed.Bert;

/// <summary>Type of the factors of products with weight matrices, decoder included; weights and everything else are float32.</summary>
public enum MatrixProductPrecision
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>
    /// Factors and results rounded to 8 significant bits, sums in binary32. Attention's own products stay binary32: the kernel's argument
    /// is a difference of squares, in which such rounding would leave few bits.
    /// </summary>
    Bfloat16,

    /// <summary>Bfloat16 where the processor has such products, float32 elsewhere; a resumed run keeps what it was started with.</summary>
    Auto,
}
