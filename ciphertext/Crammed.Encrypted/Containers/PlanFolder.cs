using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>
/// A plan as its folder holds it: manifest, programs and frozen weights, all public. Keys, container, training program and reports are made
/// from it, without the model's code.
/// </summary>
public sealed class PlanFolder
{
    public const string TrainingFile = "training.txt";
    public const string EvaluationFile = "evaluation.txt";
    public const string WeightsFile = "weights.safetensors";

    /// <summary>The name of the logits among the outputs of both programs.</summary>
    public const string Logits = "logits";

    private readonly IReadOnlyDictionary<string, FrozenWeights> _matrices;
    private readonly IReadOnlyDictionary<string, float[]> _vectors;

    private PlanFolder(string folder, PlanManifest manifest, string id)
    {
        (Folder, Manifest, Id) = (folder, manifest, id);
        Parameters = CkksParameters.Create(NamedParameters.Find(manifest.ParameterSet));
        var weights = Path.Combine(folder, WeightsFile);
        RequireHash(weights, FileHash.Sha256(weights), manifest.WeightsSha256);
        (_matrices, _vectors) = FrozenWeightsFile.Read(weights);
        Training = ReadProgram(manifest.Training);
        Evaluation = ReadProgram(manifest.Evaluation);
        Levels = CkksLevels.Of(Parameters, [Training, Evaluation]);
        BootstrapRange = CkksLevels.BootstrapRanges([Training, Evaluation]).Select(range => (double?)range).Max();
        State = [.. Training.Inputs.Where(input => Training.Outputs.ContainsKey(input.Name))];
        Batch = [.. Training.Inputs.Except(State)];
        Check();
    }

    public string Folder { get; }

    public PlanManifest Manifest { get; }

    /// <summary>SHA-256 of the manifest, in hexadecimal digits: names the plan in keys, containers and states.</summary>
    public string Id { get; }

    public CkksParameters Parameters { get; }

    /// <summary>A step of training; in a plan of an evaluation alone that program.</summary>
    public EncryptedProgram Training { get; }

    /// <summary>Whether the plan is of an evaluation, and nothing can be trained by it.</summary>
    public bool IsEvaluationAlone => Manifest.Training.Sha256 == Manifest.Evaluation.Sha256;

    /// <summary>The logits of a batch.</summary>
    public EncryptedProgram Evaluation { get; }

    /// <summary>Levels of both programs on ciphertexts.</summary>
    public CkksLevels Levels { get; }

    /// <summary>The largest range that either program bootstraps within, null if neither does.</summary>
    public double? BootstrapRange { get; }

    /// <summary>Inputs of training that a step gives back: parameters and moments.</summary>
    public IReadOnlyList<Value> State { get; }

    /// <summary>Inputs of training that are a step's data.</summary>
    public IReadOnlyList<Value> Batch { get; }

    /// <summary>Writes a plan's folder, which is not to exist yet; nothing is read that is not in the arguments.</summary>
    /// <param name="folder">where</param>
    /// <param name="manifest">from the hashes of the weights' file and of the programs to the manifest</param>
    /// <param name="training">planned</param>
    /// <param name="evaluation">planned</param>
    /// <param name="matrices">frozen matrices by name</param>
    /// <param name="vectors">frozen vectors by name</param>
    public static void Write(
        string folder, Func<string, PlannedProgram, PlannedProgram, PlanManifest> manifest, EncryptedProgram training,
        EncryptedProgram evaluation, IReadOnlyDictionary<string, FrozenWeights> matrices, IReadOnlyDictionary<string, float[]> vectors)
    {
        var weights = Path.Combine(folder, WeightsFile);
        FrozenWeightsFile.Write(weights, matrices, vectors);
        AtomicFile.WriteText(Path.Combine(folder, TrainingFile), ProgramWriter.Write(training));
        AtomicFile.WriteText(Path.Combine(folder, EvaluationFile), ProgramWriter.Write(evaluation));
        var complete = manifest(
            FileHash.Sha256(weights), new PlannedProgram(TrainingFile, ProgramWriter.Hash(training)),
            new PlannedProgram(EvaluationFile, ProgramWriter.Hash(evaluation)));
        AtomicFile.WriteText(Path.Combine(folder, PlanManifest.FileName), complete.ToJson());
    }

    /// <summary>Reads a plan and checks that its parts are those that its manifest names.</summary>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">a file is malformed, edited, or of another plan; the message is one line</exception>
    public static PlanFolder Open(string folder)
    {
        var manifest = PlanManifest.Read(folder);
        try
        {
            return new PlanFolder(folder, manifest, FileHash.Sha256(Path.Combine(folder, PlanManifest.FileName)));
        }
        catch (Exception exception) when (exception is ProgramFormatException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"{folder}: {exception.Message}", exception);
        }
    }

    /// <summary>What a run of a step is given besides its inputs.</summary>
    /// <param name="step">from 0</param>
    public ProgramConstants Constants(int step) =>
        new(_matrices, Manifest.Scalars.ToDictionary(scalar => scalar.Key, scalar => scalar.Value[step])) { Vectors = _vectors };

    private EncryptedProgram ReadProgram(PlannedProgram named)
    {
        if (named.File != Path.GetFileName(named.File))
            throw new InvalidDataException($"{Folder}: '{named.File}' is no file of a plan's folder");
        var path = Path.Combine(Folder, named.File);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; plan again", path);
        if (new FileInfo(path).Length > ProgramText.LongestText)
            throw new InvalidDataException($"{path}: longer than {ProgramText.LongestText} bytes, which no program is");
        var program = ProgramReader.Read(File.ReadAllText(path), path);
        RequireHash(path, ProgramWriter.Hash(program), named.Sha256);
        return program.Levels is null ? throw new InvalidDataException($"{path}: the program is not planned") : program;
    }

    private static void RequireHash(string path, string found, string expected)
    {
        if (found != expected)
            throw new InvalidDataException($"{path}: its SHA-256 is {found}, the plan names {expected}; plan again");
    }

    /// <summary>The programs take the same inputs, and give what runs read.</summary>
    private void Check()
    {
        if (!Training.Outputs.ContainsKey(Logits) || !Evaluation.Outputs.ContainsKey(Logits))
            throw new InvalidDataException($"{Folder}: a program has no output '{Logits}'");
        var given = Training.Inputs.ToDictionary(input => input.Name, input => input.Axes);
        if (Evaluation.Inputs.FirstOrDefault(input => !given.TryGetValue(input.Name, out var axes) || !axes.Equals(input.Axes)) is { } unknown)
            throw new InvalidDataException($"{Folder}: {Manifest.Evaluation.File} takes {unknown}, which training does not");
        if (State.FirstOrDefault(value => Training.Outputs[value.Name].Count != value.Count) is { } changed)
            throw new InvalidDataException($"{Folder}: {changed} comes back as {Training.Outputs[changed.Name]}");
        if (Training.Grid != Evaluation.Grid)
            throw new InvalidDataException($"{Folder}: the programs have other slots, {Training.Grid} and {Evaluation.Grid}");
    }
}
