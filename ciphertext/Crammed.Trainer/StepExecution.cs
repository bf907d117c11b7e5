using System.Diagnostics;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;

namespace Crammed.Trainer;

/// <summary>Executes a program step by step, or batch by batch, and saves where it is.</summary>
internal sealed class StepExecution(
    PlanFolder plan, EncryptedProgram program, ProgramSession session, RunJournal journal, RunMeter meter, StopRequest stop,
    TextWriter output, TimeSpan saveEvery)
{
    private long _saved = Stopwatch.GetTimestamp();

    /// <summary>Where a run is, for people.</summary>
    public static string Place(RunState state, int total, EncryptedProgram program)
    {
        var unit = state.Kind == RunKind.Training ? "step" : "evaluation batch";
        var within = state.Position is { } position ? $", instruction {position.Instruction} of {program.Instructions.Count}" : "";
        return $"{unit} {state.Done + 1} of {total}{within}";
    }

    /// <summary>Runs the next step from its beginning or from the saved position, writes its logits, then its state.</summary>
    /// <param name="readBatch">the step's batch by name</param>
    /// <param name="readState">parameters and moments by name</param>
    /// <param name="logitsPath">where logits go</param>
    /// <param name="keepsState">whether parameters and moments come out</param>
    /// <exception cref="RunInterruptedException">a stop was asked for; where the run will go on is saved</exception>
    public void Run(
        Func<Dictionary<string, Ciphertext[]>> readBatch, Func<Dictionary<string, Ciphertext[]>> readState, string logitsPath,
        bool keepsState)
    {
        var step = journal.Current.Done;
        using var run = Resumed(step, readBatch, readState) ?? Begun(step, readBatch, readState);
        while (!run.IsDone)
        {
            if (stop.IsRequested)
                throw Interrupted(run);
            if (program.Instructions[run.Next] is Refresh && run.Next > 0 && Stopwatch.GetElapsedTime(_saved) >= saveEvery)
                Save(run);
            meter.Measure(step, run.Next, () => run.Step());
        }
        var outputs = run.Outputs();
        try
        {
            CiphertextFile.Write(logitsPath, [.. outputs[PlanFolder.Logits].Select(CkksGroups.Read)]);
            meter.EndStep(step);
            meter.Write(session.KeyBytes, journal.Spill.WrittenBytes, journal.SavedBytes);
            journal.SaveStep(keepsState ? [.. plan.State.SelectMany(value => outputs[value.Name]).Select(CkksGroups.Read)] : []);
            _saved = Stopwatch.GetTimestamp();
        }
        finally
        {
            foreach (var vector in outputs.Values.SelectMany(vectors => vectors))
                vector.Dispose();
        }
    }

    private ProgramRun Begun(
        int step, Func<Dictionary<string, Ciphertext[]>> readBatch, Func<Dictionary<string, Ciphertext[]>> readState)
    {
        meter.RestartStep();
        var inputs = Inputs(readBatch, readState, program.Inputs.Select(input => input.Name));
        try
        {
            return ProgramRun.Start(program, session.Groups, inputs, plan.Constants(step), journal.Spill);
        }
        finally
        {
            Release(inputs.Values);
        }
    }

    /// <summary>From the saved position, if there is one and it can be read; else from the step's beginning.</summary>
    private ProgramRun? Resumed(
        int step, Func<Dictionary<string, Ciphertext[]>> readBatch, Func<Dictionary<string, Ciphertext[]>> readState)
    {
        if (journal.Current.Position is not { } position)
            return null;
        (Ciphertext[] Ciphertexts, IReadOnlyDictionary<string, string> Stored) saved;
        try
        {
            saved = journal.ReadPosition(position);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            // The state before the step is whole, which is all that a run needs.
            output.WriteLine($"{exception.Message}; going on from the beginning of the step");
            journal.DropPosition();
            return null;
        }
        SlotVector[] vectors = [.. saved.Ciphertexts.Select(session.Groups.Load)];
        var inputs = Inputs(readBatch, readState, position.Inputs);
        try
        {
            var values = program.Inputs.Concat(program.Instructions.SelectMany(instruction => instruction.Results))
                .ToDictionary(value => value.Name);
            var groups = position.Groups.ToDictionary(
                    group => values[group.Key], IReadOnlyList<SlotVector> (group) => [.. group.Value.Select(place => vectors[place])])
                .Concat(inputs.ToDictionary(input => values[input.Key], IReadOnlyList<SlotVector> (input) => input.Value))
                .ToDictionary();
            var stored = saved.Stored.ToDictionary(file => values[file.Key], file => file.Value);
            return ProgramRun.Resume(
                program, session.Groups, new ProgramPosition(position.Instruction, groups, stored), plan.Constants(step), journal.Spill);
        }
        finally
        {
            Release(inputs.Values.Append(vectors));
        }
    }

    /// <summary>The named inputs of the program at their levels.</summary>
    private Dictionary<string, SlotVector[]> Inputs(
        Func<Dictionary<string, Ciphertext[]>> readBatch, Func<Dictionary<string, Ciphertext[]>> readState, IEnumerable<string> names)
    {
        var wanted = names.ToHashSet();
        var state = plan.State.Select(value => value.Name).ToHashSet();
        var inputs = new Dictionary<string, SlotVector[]>();
        foreach (var (isState, read) in new[] { (false, readBatch), (true, readState) })
        {
            if (!wanted.Any(name => state.Contains(name) == isState))
                continue;
            foreach (var (name, ciphertexts) in read())
            {
                if (wanted.Contains(name))
                    inputs.Add(name, AtInputLevel(name, ciphertexts));
                else
                    Dispose(ciphertexts);
            }
        }
        return inputs;
    }

    private SlotVector[] AtInputLevel(string name, Ciphertext[] ciphertexts)
    {
        var level = program.Levels!.Inputs[name];
        SlotVector[] vectors = [.. ciphertexts.Select(session.Groups.Load)];
        if (vectors.All(vector => vector.Level == level))
            return vectors;
        var lowered = session.Groups.Lower(vectors, level);
        Release([vectors]);
        return lowered;
    }

    private void Save(ProgramRun run)
    {
        journal.SavePosition(program, run.Position);
        meter.Write(session.KeyBytes, journal.Spill.WrittenBytes, journal.SavedBytes);
        _saved = Stopwatch.GetTimestamp();
    }

    /// <summary>Saves the position, unless what was done since the last one takes less time than that.</summary>
    private RunInterruptedException Interrupted(ProgramRun run)
    {
        if (run.Next > 0 && Stopwatch.GetElapsedTime(_saved).TotalSeconds > journal.SecondsToSave(program, run.Position))
            Save(run);
        return new RunInterruptedException(stop.Reason);
    }

    private static void Release(IEnumerable<SlotVector[]> groups)
    {
        foreach (var vector in groups.SelectMany(vectors => vectors))
            vector.Dispose();
    }

    private static void Dispose(Ciphertext[] ciphertexts)
    {
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
    }
}
