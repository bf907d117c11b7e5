using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Trainer;

/// <summary>
/// A run of a plan on a container: a training, or the evaluation of a state. It reads public files and ciphertexts, and writes ciphertexts;
/// nothing it links can hold a secret key, and nothing it uses knows the model.
/// </summary>
internal sealed class ProgramTraining
{
    private readonly ProgramOptions _options;
    private readonly TextWriter _output;
    private readonly StopRequest _stop;
    private readonly PlanFolder _plan;
    private readonly EncryptedContainer _container;
    private readonly RunState? _evaluated;

    private ProgramTraining(ProgramOptions options, TextWriter output, StopRequest stop)
    {
        (_options, _output, _stop) = (options, output, stop);
        _plan = PlanFolder.Open(options.Plan);
        _container = EncryptedContainer.Open(options.Container, _plan);
        _evaluated = options.Evaluate is null ? null : EvaluatedState(options.Evaluate);
        RequireWork();
        StartChecks.RequireRunnable(_plan, options.Refresh);
        StartChecks.RequireMemory(_plan, options.MemoryBytes, SystemResources.Process);
    }

    private bool IsTraining => _evaluated is null && !_options.EvaluatesContainer;

    private EncryptedProgram Program => IsTraining ? _plan.Training : _plan.Evaluation;

    private int Total => IsTraining ? _container.Manifest.Steps : _container.Manifest.EvaluationBatches.Count;

    /// <summary>Checks everything, goes on where an earlier run ended, and runs to the end.</summary>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">parts do not belong together, or do not fit; the message is one line</exception>
    /// <exception cref="RunInterruptedException">a stop was asked for</exception>
    /// <exception cref="IOException">a file could not be written, or the refresh party is gone; the state before is whole</exception>
    public static void Run(ProgramOptions options, TextWriter output, StopRequest stop) =>
        new ProgramTraining(options, output, stop).Run();

    private void Run()
    {
        using var keys = ProgramSession.OpenKeys(_options.Keys, _plan, Program, _container);
        using var folder = FolderLock.Take(_options.Output, "lock");
        var journal = RunJournal.Open(_options.Output, _plan.Parameters, Beginning());
        var done = journal.Current.Done;
        StartChecks.RequireDisk(_plan, Program, IsTraining, Total - done, _options.Output, SystemResources.Process);
        _container.Verify(FilesFrom(done));
        if (done == Total)
        {
            _output.WriteLine($"all {Total} {(IsTraining ? "steps" : "batches")} are done");
            return;
        }
        if (done > 0 || journal.Current.Position is not null)
            _output.WriteLine($"going on from {Place(journal.Current)}");
        using var session = ProgramSession.Begin(_plan, Program, keys, _options.Refresh, _options.Threads);
        var meter = new RunMeter(_output, _options.Output, _plan, Program, journal.Current, Total);
        var execution = new StepExecution(_plan, Program, session, journal, meter, _stop, _output, _options.SaveEvery);
        for (var step = done; step < Total; step++)
        {
            var number = step;
            execution.Run(
                () => IsTraining ? _container.ReadBatch(number) : _container.ReadEvaluation(number), () => ReadState(journal),
                Path.Combine(_options.Output, RunFiles.Logits(step)), keepsState: IsTraining);
        }
    }

    /// <summary>What the container has to have from a step or batch on.</summary>
    private IEnumerable<string> FilesFrom(int done)
    {
        var batches = Enumerable.Range(done, Total - done)
            .Select(index => IsTraining ? EncryptedContainer.BatchFile(index) : EncryptedContainer.EvaluationFile(index));
        return (IsTraining && done == 0) || _options.EvaluatesContainer ? batches.Append(EncryptedContainer.StateFile) : batches;
    }

    private Dictionary<string, Ciphertext[]> ReadState(RunJournal journal) => _evaluated is { State: { } file }
        ? RunJournal.ReadState(_options.Evaluate!, file, _plan)
        : journal.ReadState(_plan) ?? _container.ReadState();

    private RunState EvaluatedState(string folder)
    {
        var state = RunState.Read(folder);
        state.RequirePlan(folder, _plan);
        if (state.KeyId != _container.Manifest.KeyId)
            throw new InvalidDataException($"{folder}: under another key than {_container.Folder}; give the container's own state");
        if (state.State is not { } file)
            throw new InvalidDataException($"{folder}: no step is done, so there is nothing to evaluate");
        file.RequireContents(folder, "train again");
        return state;
    }

    /// <exception cref="InvalidDataException">there is nothing to do, or the plan cannot train; the message is one line</exception>
    private void RequireWork()
    {
        if (IsTraining && _plan.IsEvaluationAlone)
            throw new InvalidDataException($"{_plan.Folder}: a plan of an evaluation alone, which trains nothing; plan a training");
        if (Total == 0)
            throw new InvalidDataException($"{_container.Folder} has no batches to {(IsTraining ? "train on" : "evaluate")}");
    }

    private RunState Beginning() => new()
    {
        Kind = IsTraining ? RunKind.Training : RunKind.Evaluation,
        PlanId = _plan.Id,
        KeyId = _container.Manifest.KeyId,
        ContainerId = _container.Id,
        EvaluatedSha256 = _options.EvaluatesContainer ? _container.State.Sha256 : _evaluated?.State!.Sha256,
        Done = 0,
    };

    private string Place(RunState state) => StepExecution.Place(state, Total, Program);
}
