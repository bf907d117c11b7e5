using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>Objects with the same contents in every run: their polynomials are expanded from fixed seeds, and mean nothing.</summary>
internal static class FixedObjects
{
    /// <summary>The smallest ring, and three levels.</summary>
    public static CkksParameters Smallest { get; } = CkksParameters.Create(new("insecure-N7", 7, [46, 36, 36], [50, 50], 36));

    /// <summary>The smallest ring with levels for each part of bootstrapping.</summary>
    public static CkksParameters SmallestBootstrapping { get; } = CkksParameters.Create(new(
        "insecure-N7-bootstrapping", 7, [46, 36, 36, 50, 50], [50, 50], 36,
        Bootstrapping: new BootstrappingLiteral(1, 1, 1, CorrectionLevels: 0)));

    /// <summary>Bytes 1 to 16.</summary>
    public static KeyId KeyId { get; } = KeyId.Parse("0102030405060708090a0b0c0d0e0f10");

    public static byte[] Seed(byte number) => [.. Enumerable.Range(0, AesKeyStream.SeedBytes).Select(i => (byte)(number + 3 * i))];

    public static Ciphertext Ciphertext(CkksParameters parameters, int level, int polynomials, bool isSeeded)
    {
        RnsPolynomial[] values =
            [.. Enumerable.Range(0, polynomials).Select(i => UniformExpander.Expand(parameters.Ring, level + 1, Seed((byte)(10 + i))))];
        // The last polynomial's own seed, so that a seeded ciphertext is what it says.
        return new Ciphertext(parameters, KeyId, values, level, parameters.ScaleAt(level), isSeeded ? Seed((byte)(9 + polynomials)) : null);
    }

    public static PublicKey PublicKey(CkksParameters parameters)
    {
        var count = parameters.MaxLevel + 1;
        var masked = UniformExpander.Expand(parameters.Ring, count, Seed(20));
        return new PublicKey(parameters, KeyId, Seed(21), masked, UniformExpander.Expand(parameters.Ring, count, Seed(21)));
    }

    public static unsafe SwitchingKey SwitchingKey(CkksParameters parameters, EvaluationKeyId id, int level)
    {
        var number = (byte)(30 + 4 * (int)id.Kind + id.Steps);
        var key = Crammed.Ckks.SwitchingKey.Rent(parameters, id.Shape(parameters, level), Seed(number));
        using UniformExpander masked = new(Seed((byte)(number + 100))), uniform = new(Seed(number));
        for (var limb = 0; limb < key.Masked.LimbCount; limb++)
        {
            masked.Fill(key.Masked.Limb(limb), parameters.N, parameters.Ring.Moduli[key.ModulusIndex(limb)], (ulong)limb);
            key.ExpandUniform(uniform, limb);
        }
        return key;
    }

    /// <summary>Writes a file of such keys: relinearization up to level 1, conjugation 0, rotation by 1 up to 2 and by 5 up to 0.</summary>
    public static void SaveKeys(CkksParameters parameters, string path) => SaveKeys(parameters, KeyList, path);

    /// <summary>Writes a file of keys of these names and levels.</summary>
    public static void SaveKeys(CkksParameters parameters, (EvaluationKeyId Id, int Level)[] list, string path) => KeySetFile.Save(
        path, parameters, KeyId, list, (id, level) => SwitchingKey(parameters, id, level), _ => { }, new ParallelOptions());

    /// <summary>In the order of files.</summary>
    public static (EvaluationKeyId Id, int Level)[] KeyList { get; } =
    [
        (EvaluationKeyId.Relinearization, 1), (EvaluationKeyId.Conjugation, 0), (new EvaluationKeyId(EvaluationKeyKind.Rotation, 1), 2),
        (new EvaluationKeyId(EvaluationKeyKind.Rotation, 5), 0),
    ];

    /// <summary>The keys of sparse-secret encapsulation behind a rotation by 1, for <see cref="SmallestBootstrapping"/>.</summary>
    public static (EvaluationKeyId Id, int Level)[] EphemeralKeyList { get; } =
    [
        (new EvaluationKeyId(EvaluationKeyKind.Rotation, 1), 0), (EvaluationKeyId.DenseToEphemeral, 0),
        (EvaluationKeyId.EphemeralToDense, 4),
    ];

    /// <summary>Reads every key of a file, each by its name.</summary>
    public static void LoadEach(string path, CkksParameters parameters)
    {
        using var keys = EvaluationKeys.Open(path, parameters);
        _ = keys.Relinearization;
        keys.TryGetConjugation(out _);
        _ = keys.DenseToEphemeral;
        _ = keys.EphemeralToDense;
        foreach (var key in keys.Manifest.Where(key => key.Kind == EvaluationKeyKind.Rotation))
            keys.TryGetRotation(key.Steps, out _);
    }
}
