using Crammed.Ckks;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>
/// The encrypted data of a training: what a plan's programs are given, file by file. A step's batch is one file, in the order of the
/// program's inputs, each group at the level of its input; so is a batch to evaluate, without labels; so are parameters and moments
/// before the first step.
/// </summary>
public sealed class EncryptedContainer
{
    /// <summary>Parameters and moments before the first step.</summary>
    public const string StateFile = "state.ct";

    private const string Advice = "make the container again with 'crammed convert'";

    private readonly PlanFolder _plan;
    private readonly IReadOnlyDictionary<string, ContainerFile> _files;

    private EncryptedContainer(string folder, EncryptedContainerManifest manifest, string id, PlanFolder plan)
    {
        (Folder, Manifest, Id, _plan) = (folder, manifest, id, plan);
        _files = manifest.Files.ToDictionary(file => file.Name);
    }

    public string Folder { get; }

    public EncryptedContainerManifest Manifest { get; }

    /// <summary>SHA-256 of the manifest, which names all other files by theirs: names the container in states.</summary>
    public string Id { get; }

    /// <summary>A step's batch.</summary>
    /// <param name="step">from 0</param>
    public static string BatchFile(int step) => $"batch-{step:D5}.ct";

    /// <summary>A batch to evaluate.</summary>
    /// <param name="batch">from 0</param>
    public static string EvaluationFile(int batch) => $"evaluation-{batch:D5}.ct";

    /// <summary>Inputs of the evaluation that are a batch's data, in the program's order.</summary>
    public static IReadOnlyList<Value> EvaluationInputs(PlanFolder plan)
    {
        var state = plan.State.Select(value => value.Name).ToHashSet();
        return [.. plan.Evaluation.Inputs.Where(input => !state.Contains(input.Name))];
    }

    /// <summary>
    /// The program's level that a group of parameters or moments is first given at: the highest that a program takes it at.
    /// </summary>
    public static int StateLevel(PlanFolder plan, Value value) => Math.Max(
        plan.Training.Levels!.Inputs[value.Name], plan.Evaluation.Levels!.Inputs.GetValueOrDefault(value.Name));

    /// <summary>Opens a container and compares what it is of with the plan; ciphertexts are read later.</summary>
    /// <exception cref="FileNotFoundException">the folder is no container</exception>
    /// <exception cref="InvalidDataException">malformed, or packed for another plan; the message is one line</exception>
    public static EncryptedContainer Open(string folder, PlanFolder plan)
    {
        var manifest = EncryptedContainerManifest.Read(folder);
        if (manifest.PlanId != plan.Id)
        {
            throw new InvalidDataException(
                $"{folder}: packed for the plan {Short(manifest.PlanId)}, and {plan.Folder} is {Short(plan.Id)}; {Advice}");
        }
        if (manifest.Steps != 0 && manifest.Steps != plan.Manifest.Settings.Steps)
            throw new InvalidDataException($"{folder}: {manifest.Steps} steps, and the plan has {plan.Manifest.Settings.Steps}; {Advice}");
        return new EncryptedContainer(folder, manifest, FileHash.Sha256(Path.Combine(folder, EncryptedContainerManifest.FileName)), plan);
    }

    /// <summary>The file of the parameters that a run begins with.</summary>
    public ContainerFile State => _files[StateFile];

    /// <summary>Refuses keys that the container's ciphertexts do not belong to.</summary>
    /// <param name="place">the keys' folder, for the message</param>
    /// <param name="keyId">their id</param>
    /// <exception cref="KeyMismatchException">they are of another secret key</exception>
    public void RequireKey(string place, KeyId keyId) =>
        KeyMismatchException.ThrowIfDifferent(place, "the encrypted container", KeyId.Parse(Manifest.KeyId), "these keys", keyId);

    /// <summary>Reads files whole and compares them with the manifest, so that a run does not find out after days.</summary>
    /// <param name="names">files to compare; others have to be there</param>
    /// <param name="progress">told after each file</param>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">a file is cut short or changed; the message is one line</exception>
    public void Verify(IEnumerable<string> names, IProgress<WorkProgress>? progress = null)
    {
        foreach (var file in Manifest.Files)
            file.RequireWhole(Folder, Advice);
        ContainerFile[] wanted = [.. names.Distinct().Select(name => _files[name])];
        var (done, total) = (0L, wanted.Sum(file => file.Bytes));
        foreach (var file in wanted)
        {
            file.RequireContents(Folder, Advice);
            progress?.Report(new WorkProgress("container", done += file.Bytes, total, "bytes"));
        }
    }

    /// <summary>A step's batch by name.</summary>
    public Dictionary<string, Ciphertext[]> ReadBatch(int step) =>
        Read(BatchFile(step), _plan.Batch, value => _plan.Training.Levels!.Inputs[value.Name]);

    /// <summary>A batch to evaluate by name.</summary>
    public Dictionary<string, Ciphertext[]> ReadEvaluation(int batch) =>
        Read(EvaluationFile(batch), EvaluationInputs(_plan), value => _plan.Evaluation.Levels!.Inputs[value.Name]);

    /// <summary>Parameters and moments before the first step, by name.</summary>
    public Dictionary<string, Ciphertext[]> ReadState() => Read(StateFile, _plan.State, value => StateLevel(_plan, value));

    private Dictionary<string, Ciphertext[]> Read(string file, IReadOnlyList<Value> values, Func<Value, int> level) =>
        CiphertextGroups.Read(
            Path.Combine(Folder, file), _plan.Parameters, values, value => (_plan.Levels.OfCiphertext(level(value)), IsExact: true));

    private static string Short(string id) => ErrorText.Quote(id.Length > 12 ? id[..12] : id);
}
