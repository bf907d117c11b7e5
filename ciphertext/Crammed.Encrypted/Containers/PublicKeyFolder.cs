using Crammed.Ckks;
using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Containers;

/// <summary>The folder of keys that a server is given: evaluation keys, public key, and <see cref="KeysManifest"/>.</summary>
public static class PublicKeyFolder
{
    /// <summary>Relinearization, rotation and other evaluation keys, each cut to the level that it serves.</summary>
    public const string EvaluationKeyFile = "evaluation.keys";

    /// <summary>For whoever wants to send data under this key without holding it.</summary>
    public const string PublicKeyFile = "public.key";

    /// <summary>
    /// Opens the evaluation keys once it is known that they are the right ones: of these parameters, as keys.json says, and all that a
    /// program needs. No key is read yet.
    /// </summary>
    /// <param name="folder">the folder</param>
    /// <param name="parameters">the parameter set that the program runs under</param>
    /// <param name="needed">keys that must be there; null where that is not known</param>
    /// <param name="memory">how the keys are kept; null: as they are</param>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">a file is malformed or of another key or parameter set, or a key is missing; one line that
    /// names the first</exception>
    public static EvaluationKeys OpenEvaluationKeys(string folder, CkksParameters parameters, ProgramKeys? needed = null, KeyMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var manifest = KeysManifest.Read(folder);
        if (manifest.ParameterSet != parameters.Name)
        {
            throw new InvalidDataException(
                $"{folder}: the keys are of parameter set {manifest.ParameterSet}, needed are keys of {parameters.Name}");
        }
        var path = Path.Combine(folder, EvaluationKeyFile);
        var keys = Open(path, parameters, memory);
        try
        {
            Compare(path, keys, manifest);
            if (needed?.FirstMissing(keys.Manifest) is { } missing)
                throw new InvalidDataException($"{path}: there is no {missing}; make keys for this plan with 'crammed keygen'");
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private static EvaluationKeys Open(string path, CkksParameters parameters, KeyMemory? memory)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; make keys with 'crammed keygen'", path);
        try
        {
            return EvaluationKeys.Open(path, parameters, memory);
        }
        catch (CkksFormatException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static void Compare(string path, EvaluationKeys keys, KeysManifest manifest)
    {
        if (keys.KeyId is not { } owner || owner != manifest.Owner)
        {
            throw new InvalidDataException(
                $"{path}: the keys belong to key {keys.KeyId?.Short}, {KeysManifest.FileName} beside them to key {manifest.Owner.Short}; "
                + "copy both from one folder");
        }
        var found = keys.Manifest.Select(key => new ListedKey(key.Kind, key.Steps, key.Level, key.FileBytes));
        if (!found.SequenceEqual(manifest.Keys))
        {
            throw new InvalidDataException(
                $"{path}: it holds other keys than {KeysManifest.FileName} beside it lists; copy both from one folder");
        }
    }
}
