using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Training;

namespace Crammed.Converter;

/// <summary>What key generation made.</summary>
/// <param name="EvaluationKeyBytes">Evaluation keys in memory.</param>
/// <param name="EvaluationKeyFileBytes">The same on disk, uniform halves as seeds.</param>
/// <param name="RotationCount">Rotation keys.</param>
public sealed record KeySummary(long EvaluationKeyBytes, long EvaluationKeyFileBytes, int RotationCount);

/// <summary>
/// The key holder's folder: the secret key, which never leaves it, and the evaluation keys, which the server gets.
/// </summary>
public static class KeyFolder
{
    /// <summary>The secret key; mode 0600.</summary>
    public const string SecretKeyFile = "secret.key";

    /// <summary>Relinearization and rotation keys, each cut to the level it serves.</summary>
    public const string EvaluationKeyFile = "evaluation.keys";

    /// <summary>For whoever wants to send data under this key without holding it.</summary>
    public const string PublicKeyFile = "public.key";

    /// <summary>Generates and writes the three files; the secret key is cleared from memory.</summary>
    public static KeySummary Generate(
        string folder, CkksParameters parameters, KeyRequirements requirements, IProgress<(int Done, int Total)>? progress,
        CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var secret = SecretKey.Generate(parameters);
        var generator = new KeyGenerator(secret);
        var rotations = requirements.Rotations.OrderBy(rotation => rotation.Key).Select(rotation => (rotation.Key, rotation.Value)).ToList();
        string evaluationKeys = Path.Combine(folder, EvaluationKeyFile);
        var manifest = generator.SaveEvaluationKeys(
            evaluationKeys, requirements.RelinearizationLevel, rotations, progress: progress, cancellation: cancellation);
        using var publicKey = generator.CreatePublicKey();
        publicKey.Save(Path.Combine(folder, PublicKeyFile));
        secret.Save(Path.Combine(folder, SecretKeyFile));
        return new KeySummary(manifest.Sum(key => key.MemoryBytes), new FileInfo(evaluationKeys).Length, rotations.Count);
    }

    /// <summary>Loads the secret key of a folder.</summary>
    /// <exception cref="FileNotFoundException">No such key.</exception>
    /// <exception cref="InvalidDataException">Malformed, or of other parameters.</exception>
    public static SecretKey LoadSecret(string folder, CkksParameters parameters)
    {
        string path = Path.Combine(folder, SecretKeyFile);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; make keys with 'crammed keygen'.", path);
        try
        {
            return SecretKey.Load(path, parameters);
        }
        catch (CkksFormatException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }
}
