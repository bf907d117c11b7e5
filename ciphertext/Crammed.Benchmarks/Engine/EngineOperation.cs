namespace Crammed.Benchmarks.Engine;

/// <summary>What reports need to know of a benchmark.</summary>
/// <param name="Method">Name of its method.</param>
/// <param name="Title">What it does, for people.</param>
/// <param name="TouchedLimbs">
/// Given ciphertext limbs and limbs of a key, how many limbs it has to read and write at least: operands, keys and results, each once.
/// </param>
public sealed record EngineOperation(string Method, string Title, Func<long, long, long> TouchedLimbs)
{
    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<EngineOperation> All { get; } =
    [
        // A transform reads and writes the limb and reads a table of N roots.
        new(nameof(NttBenchmarks.ForwardHot), "forward NTT, hot", (_, _) => 3),
        new(nameof(NttBenchmarks.InverseHot), "inverse NTT, hot", (_, _) => 3),
        new(nameof(NttBenchmarks.ForwardStreamed), "forward NTT, streamed, per limb", (_, _) => 3),
        new(nameof(NttBenchmarks.InverseStreamed), "inverse NTT, streamed, per limb", (_, _) => 3),
        new(nameof(CiphertextBenchmarks.Add), "add", (limbs, _) => 6 * limbs),
        new(nameof(CiphertextBenchmarks.MultiplyPlain), "multiply by plaintext", (limbs, _) => 5 * limbs),
        new(nameof(CiphertextBenchmarks.MultiplyScalar), "multiply by a constant", (limbs, _) => 4 * limbs),
        new(nameof(CiphertextBenchmarks.MultiplyInteger), "multiply by an integer", (limbs, _) => 4 * limbs),
        // The operands of a sum over sixteen, and a sixteenth of the three polynomials that it leaves.
        new(nameof(CiphertextBenchmarks.SumOfProducts), "sum of 16 products, per product", (limbs, _) => 4 * limbs + 3 * limbs / 16),
        // Two polynomials of each input, read for 64 outputs, and of each output, written for 32 inputs.
        new(nameof(CiphertextBenchmarks.PeriodicProducts), "product by frozen weights, of 64 x 32", (limbs, _) => 3 * limbs / 32),
        new(nameof(CiphertextBenchmarks.Rescale), "rescale", (limbs, _) => 4 * limbs - 2),
        new(nameof(CiphertextBenchmarks.MultiplyRelinearizeRescale), "multiply + relinearize + rescale", (limbs, key) => 6 * limbs - 2 + key),
        new(nameof(CiphertextBenchmarks.Rotate), "rotate", (limbs, key) => 4 * limbs + key),
        new(nameof(CiphertextBenchmarks.HoistedRotations), "8 hoisted rotations", (limbs, key) => 2 * limbs + 8 * (2 * limbs + key)),
        new(nameof(CiphertextBenchmarks.SumOfRotations), "sum of 8 rotations", (limbs, key) => 4 * limbs + 8 * key),
        // Keys and diagonals of the plan are counted by the suite.
        new(nameof(LinearTransformBenchmarks.LinearTransform64), "linear transform, 64 diagonals", (limbs, _) => 4 * limbs - 2),
        new(nameof(ClientBenchmarks.Encode), "encode", (limbs, _) => limbs + 1),
        new(nameof(ClientBenchmarks.Encrypt), "encrypt, public key", (limbs, _) => 5 * limbs),
        new(nameof(ClientBenchmarks.EncodeEncryptSecret), "encode + encrypt, secret key", (limbs, _) => 4 * limbs + 1),
        new(nameof(ClientBenchmarks.DecryptDecode), "decrypt + decode", (limbs, _) => 2 * limbs + 1),
        new(nameof(MemoryBenchmarks.Store), "store on disk, of a group of 8", (limbs, _) => 2 * limbs),
        new(nameof(MemoryBenchmarks.Load), "load from disk, of a group of 8", (limbs, _) => 2 * limbs),
        new(nameof(MemoryBenchmarks.LoadKey), "load half a key from disk", (_, key) => key / 2),
        new(nameof(MemoryBenchmarks.ExpandKey), "expand the other half", (_, key) => key / 2),
    ];

    /// <summary>The operation of a method.</summary>
    public static EngineOperation Of(string method) => All.First(operation => operation.Method == method);
}
