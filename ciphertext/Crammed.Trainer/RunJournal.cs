using System.Diagnostics;
using System.Text.RegularExpressions;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Trainer;

/// <summary>
/// How far a run is, on disk: after every step its parameters and moments, within a step its living groups. state.json is the one file that
/// counts; it is replaced in one go once the files that it names are on the disk, and what it no longer names goes after that. So whenever
/// a run ends, and however, the state before or the one after is whole.
/// </summary>
internal sealed partial class RunJournal
{
    private const double GuessedBytesPerSecond = 2e8;

    private readonly string _folder;
    private readonly CkksParameters _parameters;
    private double _writtenBytes;
    private double _writeSeconds;

    private RunJournal(string output, CkksParameters parameters, RunState current)
    {
        _folder = Path.Combine(output, RunFiles.States);
        (_parameters, Current) = (parameters, current);
        Spill = new SpillFolder(Path.Combine(output, RunFiles.Spilled));
    }

    public RunState Current { get; private set; }

    /// <summary>For groups that the program stores.</summary>
    public SpillFolder Spill { get; }

    /// <summary>Bytes written to save states and positions.</summary>
    public long SavedBytes => (long)_writtenBytes;

    /// <summary>Opens the journal of an output folder, or begins it, and removes what an earlier run left behind.</summary>
    /// <param name="output">which is locked</param>
    /// <param name="parameters">of the ciphertexts</param>
    /// <param name="beginning">of this run</param>
    /// <exception cref="InvalidDataException">the folder has the state of another run, or a damaged one; one line</exception>
    public static RunJournal Open(string output, CkksParameters parameters, RunState beginning)
    {
        var folder = Path.Combine(output, RunFiles.States);
        var known = File.Exists(Path.Combine(folder, RunState.FileName)) ? Known(output, folder, beginning) : null;
        var journal = new RunJournal(output, parameters, known ?? beginning);
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(journal.Spill.Path);
        journal.RemoveLeftovers(output);
        if (known is null)
            journal.Commit(beginning);
        journal.Spill.Keep(journal.StoredPaths());
        return journal;
    }

    /// <summary>Saves the end of a step.</summary>
    /// <param name="state">ciphertexts of parameters and moments in the plan's order; none in an evaluation</param>
    public void SaveStep(IReadOnlyCollection<Ciphertext> state)
    {
        var done = Current.Done + 1;
        Commit(Current with
        {
            Done = done,
            State = state.Count == 0 ? null : Write($"state-{done:D5}.ct", state),
            Position = null,
        });
    }

    /// <summary>Saves a place within a step.</summary>
    /// <param name="program">that runs</param>
    /// <param name="position">where</param>
    public void SavePosition(EncryptedProgram program, ProgramPosition position)
    {
        var places = new Dictionary<Ciphertext, int>(ReferenceEqualityComparer.Instance);
        var groups = OwnGroups(program, position).ToDictionary(
            group => group.Key.Name,
            IReadOnlyList<int> (group) => [.. group.Value.Select(vector => PlaceOf(CkksGroups.Read(vector)))]);
        var name = $"position-{Current.Done:D5}-{position.Instruction:D5}.ct";
        var file = Write(name, [.. places.OrderBy(place => place.Value).Select(place => place.Key)]);
        Commit(Current with
        {
            Position = new RunPosition(
                position.Instruction, file, places.Count, groups,
                [.. position.Groups.Keys.Where(program.Inputs.Contains).Select(input => input.Name)],
                position.Stored.ToDictionary(stored => stored.Key.Name, stored => ContainerFile.Of(stored.Value))),
        });

        int PlaceOf(Ciphertext ciphertext)
        {
            places.TryAdd(ciphertext, places.Count);
            return places[ciphertext];
        }
    }

    /// <summary>Seconds that saving a position would take, by how long writing took so far.</summary>
    public double SecondsToSave(EncryptedProgram program, ProgramPosition position)
    {
        // In memory a residue takes 8 bytes, on disk as many bits as its modulus.
        var bytes = OwnGroups(program, position).Sum(group => group.Value.Sum(vector => CkksGroups.Read(vector).Bytes)) * 0.7;
        return bytes / (_writeSeconds > 0 ? _writtenBytes / _writeSeconds : GuessedBytesPerSecond);
    }

    /// <summary>Parameters and moments to begin the next step with; null before the first one.</summary>
    /// <exception cref="InvalidDataException">the file is damaged, or not this run's</exception>
    public Dictionary<string, Ciphertext[]>? ReadState(PlanFolder plan) => Current.State is { } file
        ? ReadState(_folder, file, plan)
        : null;

    /// <summary>The same of any run's folder of states.</summary>
    public static Dictionary<string, Ciphertext[]> ReadState(string folder, ContainerFile file, PlanFolder plan)
    {
        file.RequireContents(folder, "the run cannot go on from it");
        return CiphertextGroups.Read(
            Path.Combine(folder, file.Name), plan.Parameters, plan.State,
            value => (plan.Levels.OfCiphertext(plan.Training.Levels!.Inputs[value.Name]), IsExact: false));
    }

    /// <summary>The groups of the saved position by name, and the files of stored groups; ciphertexts may be shared by groups.</summary>
    /// <exception cref="InvalidDataException">a file is damaged</exception>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    public (Ciphertext[] Ciphertexts, IReadOnlyDictionary<string, string> Stored) ReadPosition(RunPosition position)
    {
        const string Advice = "the position cannot be used";
        position.File.RequireContents(_folder, Advice);
        foreach (var stored in position.Stored.Values)
            stored.RequireContents(Spill.Path, Advice);
        return (
            CiphertextFile.Read(Path.Combine(_folder, position.File.Name), _parameters, position.Count),
            position.Stored.ToDictionary(stored => stored.Key, stored => Path.Combine(Spill.Path, stored.Value.Name)));
    }

    /// <summary>Goes back to the beginning of the step; no run of it is under way.</summary>
    public void DropPosition()
    {
        Commit(Current with { Position = null });
        RemoveUnnamed(Spill.Path, []);
    }

    private static IEnumerable<KeyValuePair<Value, IReadOnlyList<Encrypted.Execution.SlotVector>>> OwnGroups(
        EncryptedProgram program, ProgramPosition position) =>
        position.Groups.Where(group => !program.Inputs.Contains(group.Key));

    /// <summary>The state in the folder; null where it is that of another run that has done nothing yet.</summary>
    private static RunState? Known(string output, string folder, RunState beginning)
    {
        var state = RunState.Read(folder);
        if (state is { Done: 0, Position: null } && Identity(state) != Identity(beginning))
            return null;
        if (Identity(state) != Identity(beginning))
        {
            throw new InvalidDataException(
                $"{output} has the state of another run ({DifferenceOf(state, beginning)}); give another folder, or remove this one");
        }
        state.State?.RequireWhole(folder, "the run cannot go on from it; give another folder, or remove this one");
        return state;
    }

    private static (RunKind, string, string, string, string?) Identity(RunState state) =>
        (state.Kind, state.PlanId, state.KeyId, state.ContainerId, state.EvaluatedSha256);

    private static string DifferenceOf(RunState state, RunState beginning) =>
        state.Kind != beginning.Kind ? $"{(state.Kind == RunKind.Training ? "a training" : "an evaluation")}"
        : state.PlanId != beginning.PlanId ? "of another plan"
        : state.KeyId != beginning.KeyId ? "of another key"
        : state.ContainerId != beginning.ContainerId ? "of another container"
        : "an evaluation of another state";

    private ContainerFile Write(string name, IReadOnlyCollection<Ciphertext> ciphertexts)
    {
        var path = Path.Combine(_folder, name);
        var begin = Stopwatch.GetTimestamp();
        CiphertextFile.Write(path, ciphertexts);
        var file = ContainerFile.Of(path);
        _writeSeconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
        _writtenBytes += file.Bytes;
        return file;
    }

    private void Commit(RunState next)
    {
        FolderFlush.Run(_folder);
        AtomicFile.WriteText(Path.Combine(_folder, RunState.FileName), next.ToJson());
        FolderFlush.Run(_folder);
        Current = next;
        Spill.Keep(StoredPaths());
        RemoveUnnamed(_folder, [next.State?.Name, next.Position?.File.Name]);
    }

    private IEnumerable<string> StoredPaths() =>
        Current.Position is { } position ? position.Stored.Values.Select(file => Path.Combine(Spill.Path, file.Name)) : [];

    private void RemoveLeftovers(string output)
    {
        RemoveUnnamed(_folder, [Current.State?.Name, Current.Position?.File.Name]);
        RemoveUnnamed(Spill.Path, StoredPaths().Select(Path.GetFileName));
        foreach (var file in Directory.EnumerateFiles(output).Where(file => Temporary().IsMatch(Path.GetFileName(file))))
            File.Delete(file);
    }

    /// <summary>Removes files of this program's names that are not listed.</summary>
    private static void RemoveUnnamed(string folder, IEnumerable<string?> named)
    {
        var kept = named.ToHashSet();
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(file);
            if (!kept.Contains(name) && (Temporary().IsMatch(name) || Own().IsMatch(name)))
                File.Delete(file);
        }
    }

    [GeneratedRegex(@"\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex Temporary();

    [GeneratedRegex(@"^(state-\d+\.ct|position-\d+-\d+\.ct|[0-9a-f]{32}-\d+\.vectors)$")]
    private static partial Regex Own();
}
