using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>What a run of the training program does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunKind>))]
public enum RunKind
{
    [JsonStringEnumMemberName("training")]
    Training,

    [JsonStringEnumMemberName("evaluation")]
    Evaluation,
}

/// <summary>A place within a program, between two instructions, and the groups that live there.</summary>
/// <param name="Instruction">the next one, from 0</param>
/// <param name="File">ciphertexts of the groups, each once</param>
/// <param name="Count">of ciphertexts in the file</param>
/// <param name="Groups">for a group by name the places of its ciphertexts in the file</param>
/// <param name="Inputs">inputs of the program that live, which are read from where they came from</param>
/// <param name="Stored">groups that the program has on disk, by name: files in the folder of stored groups</param>
public sealed record RunPosition(
    int Instruction, ContainerFile File, int Count, IReadOnlyDictionary<string, IReadOnlyList<int>> Groups, IReadOnlyList<string> Inputs,
    IReadOnlyDictionary<string, ContainerFile> Stored);

/// <summary>
/// How far a run is: state.json of its folder of states. It names the files that belong to it; whatever else lies there is left over.
/// </summary>
public sealed record RunState
{
    public const string FileName = "state.json";

    private const int CurrentFormat = 1;
    private const long LongestFile = 1L << 28;

    public int Format { get; init; } = CurrentFormat;

    public required RunKind Kind { get; init; }

    /// <summary><see cref="PlanFolder.Id"/>.</summary>
    public required string PlanId { get; init; }

    /// <summary>Names the secret key.</summary>
    public required string KeyId { get; init; }

    /// <summary><see cref="EncryptedContainer.Id"/>.</summary>
    public required string ContainerId { get; init; }

    /// <summary>SHA-256 of the state that is evaluated; null in training.</summary>
    public string? EvaluatedSha256 { get; init; }

    /// <summary>Steps of training, or batches to evaluate, that are done: the next one is of this number, from 0.</summary>
    public required int Done { get; init; }

    /// <summary>Parameters and moments after the steps that are done; null before the first one, and in an evaluation.</summary>
    public ContainerFile? State { get; init; }

    /// <summary>How far the next step is; null at its beginning.</summary>
    public RunPosition? Position { get; init; }

    public string ToJson() => ManifestJson.Write(this);

    /// <summary>Reads and checks the state in a folder.</summary>
    /// <exception cref="FileNotFoundException">there is none</exception>
    /// <exception cref="InvalidDataException">malformed, of another format, or a value out of its range; one line</exception>
    public static RunState Read(string folder) => JsonFile.Read<RunState>(
        Path.Combine(folder, FileName), ManifestJson.Options, $"'{folder}' holds no state of a run", Check, LongestFile);

    /// <summary>Refuses the state of a run of another plan.</summary>
    /// <exception cref="InvalidDataException">of another plan</exception>
    public void RequirePlan(string folder, PlanFolder plan)
    {
        if (PlanId != plan.Id)
            throw new InvalidDataException($"{folder}: the state of a run of another plan than {plan.Folder}");
    }

    private static void Check(RunState state)
    {
        if (state.Format != CurrentFormat)
            throw new ArgumentException($"format {state.Format}, expected {CurrentFormat}; begin anew in another folder");
        if (state.Done < 0 || (state.State is null) != (state.Kind == RunKind.Evaluation || state.Done == 0))
            throw new ArgumentException($"{state.Done} are done, and a state is {(state.State is null ? "not " : "")}there");
        state.State?.Validate();
        if (state.Position is not { } position)
            return;
        position.File.Validate();
        foreach (var stored in position.Stored.Values)
            stored.Validate();
        if (position.Instruction < 0 || position.Groups.Values.Any(places => places.Any(place => place < 0 || place >= position.Count)))
            throw new ArgumentException("the position is none of a run");
    }
}
