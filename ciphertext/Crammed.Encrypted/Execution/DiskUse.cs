using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>What a run of a program has on disk at most.</summary>
/// <param name="StoredBytes">groups that the program stores, at their peak</param>
/// <param name="PositionBytes">groups that a saved position holds, at the refresh where they are most</param>
public sealed record DiskUse(long StoredBytes, long PositionBytes)
{
    /// <summary>Header, scale, checksum: less than this.</summary>
    private const int HeaderBytes = 256;

    /// <summary>Follows a planned program.</summary>
    /// <exception cref="ArgumentException">it is not planned, or for another number of levels</exception>
    public static DiskUse Of(EncryptedProgram program, CkksLevels levels)
    {
        var at = levels.LevelsOf(program);
        var (live, stored) = (new HashSet<Value>(), new HashSet<Value>());
        long storedBytes = 0, positionBytes = 0;
        foreach (var instruction in program.Instructions)
        {
            if (instruction is Refresh)
                positionBytes = Math.Max(positionBytes, BytesOf(live, CiphertextBytes));
            switch (instruction)
            {
                case Free free:
                    live.Remove(free.Operand);
                    break;
                case Store store:
                    live.Remove(store.Operand);
                    stored.Add(store.Operand);
                    storedBytes = Math.Max(storedBytes, BytesOf(stored, StoredCiphertextBytes));
                    break;
                case Load load:
                    stored.Remove(load.Stored);
                    break;
            }
            live.UnionWith(instruction.Results);
        }
        return new DiskUse(storedBytes, positionBytes);

        long BytesOf(IEnumerable<Value> values, Func<CkksParameters, int, long> bytes) =>
            values.Sum(value => value.Count * bytes(levels.Parameters, levels.OfCiphertext(at[value])));
    }

    /// <summary>Bytes of a ciphertext that a run stores: residues as they are in memory, a checksum for each limb.</summary>
    private static long StoredCiphertextBytes(CkksParameters parameters, int level) =>
        HeaderBytes + 2L * (level + 1) * (parameters.N * sizeof(double) + sizeof(long));

    /// <summary>Bytes of a ciphertext in a file, both polynomials bit-packed.</summary>
    public static long CiphertextBytes(CkksParameters parameters, int level) =>
        HeaderBytes + 2 * parameters.Moduli.Take(level + 1).Sum(modulus => parameters.N / 8 * (long)Math.Ceiling(Math.Log2(modulus)));
}
