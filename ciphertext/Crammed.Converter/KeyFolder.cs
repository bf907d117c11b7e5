using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Training;
using Crammed.Files;

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

    /// <summary>The evaluation keys that a run needs.</summary>
    public static EvaluationKeyRequest RequestFor(CircuitRequirements requirements) => EvaluationKeyRequest.Of(
        requirements.RelinearizationLevel,
        requirements.Rotations.OrderBy(rotation => rotation.Key).Select(rotation => (rotation.Key, rotation.Value)));

    /// <summary>Checks that there is room for the evaluation keys in a folder, which need not exist, before anything is made.</summary>
    /// <param name="folder">Where they will go.</param>
    /// <param name="plan">The keys.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <exception cref="InsufficientDiskSpaceException">There is none on the folder's file system.</exception>
    /// <exception cref="InsufficientMemoryException">There is none for the keys that are made at the same time.</exception>
    public static void RequireRoom(string folder, EvaluationKeyPlan plan, ISystemResources resources) =>
        plan.RequireRoom(Path.Combine(folder, EvaluationKeyFile), resources: resources);

    /// <summary>Generates and writes the three files; the secret key is cleared from memory.</summary>
    /// <param name="folder">Where they go; it is made once it is known that there is room.</param>
    /// <param name="parameters">The ring.</param>
    /// <param name="request">The evaluation keys.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <param name="progress">Told after each evaluation key.</param>
    /// <param name="cancellation">Stops between keys.</param>
    /// <exception cref="InsufficientDiskSpaceException">There is no room on the folder's file system; nothing was made.</exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is none for the keys that are made at the same time; nothing was made.
    /// </exception>
    public static KeySummary Generate(
        string folder, CkksParameters parameters, EvaluationKeyRequest request, ISystemResources resources,
        IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var plan = request.Plan(parameters);
        RequireRoom(folder, plan, resources);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var secret = SecretKey.Generate(parameters);
        var generator = new KeyGenerator(secret, resources);
        generator.SaveEvaluationKeys(Path.Combine(folder, EvaluationKeyFile), request, progress, cancellation: cancellation);
        using var publicKey = generator.CreatePublicKey();
        publicKey.Save(Path.Combine(folder, PublicKeyFile));
        secret.Save(Path.Combine(folder, SecretKeyFile));
        return new KeySummary(plan.MemoryBytes, plan.FileBytes, plan.Keys.Count(key => key.Kind == EvaluationKeyKind.Rotation));
    }

    /// <summary>Loads the secret key of a folder.</summary>
    /// <exception cref="FileNotFoundException">No such key.</exception>
    /// <exception cref="InvalidDataException">Malformed, or of other parameters.</exception>
    public static SecretKey LoadSecret(string folder, CkksParameters parameters)
    {
        var path = Path.Combine(folder, SecretKeyFile);
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
