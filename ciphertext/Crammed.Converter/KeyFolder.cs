using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Files;

namespace Crammed.Converter;

/// <summary>What key generation made.</summary>
/// <param name="KeyId">Names the secret key, and everything made with it.</param>
/// <param name="EvaluationKeyBytes">Evaluation keys in memory.</param>
/// <param name="EvaluationKeyFileBytes">The same on disk, uniform halves as seeds.</param>
/// <param name="RotationCount">Rotation keys.</param>
public sealed record KeySummary(KeyId KeyId, long EvaluationKeyBytes, long EvaluationKeyFileBytes, int RotationCount);

/// <summary>
/// The key holder's folder: <c>private</c> with the secret key, which never leaves it and which only its owner may enter, and
/// <c>public</c>, which the server is given (<see cref="PublicKeyFolder"/>).
/// </summary>
public static class KeyFolder
{
    /// <summary>The secret key; mode 0600.</summary>
    public const string SecretKeyFile = "secret.key";

    private const string Private = "private";
    private const string Public = "public";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The part of a key folder that stays with its owner; mode 0700.</summary>
    public static string PrivateOf(string folder) => Path.Combine(folder, Private);

    /// <summary>The part of a key folder that a server is given, and that it can run with alone.</summary>
    public static string PublicOf(string folder) => Path.Combine(folder, Public);

    /// <summary>Checks that there is room for the evaluation keys in a folder, which need not exist, before anything is made.</summary>
    /// <param name="folder">Where they will go.</param>
    /// <param name="plan">The keys.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <exception cref="InsufficientDiskSpaceException">There is none on the folder's file system.</exception>
    /// <exception cref="InsufficientMemoryException">There is none for the keys that are made at the same time.</exception>
    public static void RequireRoom(string folder, EvaluationKeyPlan plan, ISystemResources resources) =>
        plan.RequireRoom(Path.Combine(PublicOf(folder), PublicKeyFolder.EvaluationKeyFile), resources: resources);

    /// <summary>
    /// Generates a secret key and everything that goes with it in a folder of its own, which is renamed to <c>private</c> and <c>public</c>
    /// when all is written; earlier ones stay until then. The secret key is cleared from memory.
    /// </summary>
    /// <param name="folder">Where they go; it is made once it is known that there is room.</param>
    /// <param name="request">The keys.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <param name="progress">Told after each evaluation key.</param>
    /// <param name="cancellation">Stops between keys; nothing is left.</param>
    /// <exception cref="InsufficientDiskSpaceException">There is no room on the folder's file system; nothing was made.</exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is none for the keys that are made at the same time; nothing was made.
    /// </exception>
    public static KeySummary Generate(
        string folder, KeyFolderRequest request, ISystemResources resources, IProgress<WorkProgress>? progress,
        CancellationToken cancellation)
    {
        var plan = request.Keys.Plan(request.Parameters);
        RequireRoom(folder, plan, resources);
        Directory.CreateDirectory(folder);
        var staging = Path.Combine(folder, $".keys.{Guid.NewGuid():N}.tmp");
        try
        {
            CreateOwnersFolder(staging);
            CreateOwnersFolder(PrivateOf(staging));
            Directory.CreateDirectory(PublicOf(staging));
            var keyId = Write(staging, request, resources, progress, cancellation);
            // Whatever ends the program in between leaves parts of two ids, or none, which readers refuse.
            AtomicFolder.Replace(PublicOf(staging), PublicOf(folder));
            AtomicFolder.Replace(PrivateOf(staging), PrivateOf(folder));
            var rotations = plan.Keys.Count(key => key.Kind == EvaluationKeyKind.Rotation);
            return new KeySummary(keyId, plan.MemoryBytes, plan.FileBytes, rotations);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Loads the secret key of a folder.</summary>
    /// <param name="folder">The folder that holds <c>private</c>, and <c>public</c> where it is not moved to a server.</param>
    /// <param name="parameters">The parameter set that it must be of.</param>
    /// <exception cref="FileNotFoundException">No such key.</exception>
    /// <exception cref="InvalidDataException">Malformed, of other parameters, or not the key that the public ones belong to.</exception>
    public static SecretKey OpenSecret(string folder, CkksParameters parameters)
    {
        var path = Path.Combine(PrivateOf(folder), SecretKeyFile);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; make keys with 'crammed keygen'.", path);
        var isWithPublic = File.Exists(Path.Combine(PublicOf(folder), KeysManifest.FileName));
        KeyId? owner = isWithPublic ? KeysManifest.Read(PublicOf(folder)).Owner : null;
        var secret = Load(path, parameters);
        if (owner is null || owner == secret.KeyId)
            return secret;
        var found = secret.KeyId;
        secret.Dispose();
        throw new InvalidDataException(
            $"{path}: the secret key is key {found.Short}, the public keys beside it belong to key {owner.Value.Short}; "
            + "copy both from one folder");
    }

    /// <summary>Opens the evaluation keys of a folder as <see cref="PublicKeyFolder.OpenEvaluationKeys"/> does.</summary>
    /// <inheritdoc cref="PublicKeyFolder.OpenEvaluationKeys" path="/exception"/>
    public static EvaluationKeys OpenEvaluationKeys(
        string folder, CkksParameters parameters, ProgramKeys? needed = null, KeyMemory? memory = null) =>
        PublicKeyFolder.OpenEvaluationKeys(PublicOf(folder), parameters, needed, memory);

    private static KeyId Write(
        string staging, KeyFolderRequest request, ISystemResources resources, IProgress<WorkProgress>? progress,
        CancellationToken cancellation)
    {
        using var secret = SecretKey.Generate(request.Parameters);
        var generator = new KeyGenerator(secret, resources);
        var made = generator.SaveEvaluationKeys(
            Path.Combine(PublicOf(staging), PublicKeyFolder.EvaluationKeyFile), request.Keys, progress, cancellation: cancellation);
        using var publicKey = generator.CreatePublicKey();
        publicKey.Save(Path.Combine(PublicOf(staging), PublicKeyFolder.PublicKeyFile));
        KeysManifest.Of(secret.KeyId, request.Parameters, request.Plans, made).Write(PublicOf(staging));
        secret.Save(Path.Combine(PrivateOf(staging), SecretKeyFile));
        return secret.KeyId;
    }

    private static SecretKey Load(string path, CkksParameters parameters)
    {
        try
        {
            return SecretKey.Load(path, parameters);
        }
        catch (CkksFormatException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static void CreateOwnersFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }
}
