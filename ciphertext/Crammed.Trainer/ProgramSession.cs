using System.Net.Sockets;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Trainer;

/// <summary>What executes a plan's program on ciphertexts: evaluation keys, bootstrapper or refresh party, and the backend.</summary>
internal sealed class ProgramSession : IDisposable
{
    private readonly EvaluationKeys _keys;
    private readonly RemoteRefresher? _client;
    private readonly Bootstrapper? _bootstrapper;

    private ProgramSession(PlanFolder plan, RunMemory? memory, EvaluationKeys keys, RemoteRefresher? client, int threads)
    {
        (_keys, _client) = (keys, client);
        memory?.Apply();
        var evaluator = new Evaluator(plan.Parameters, keys, threads);
        if (plan.BootstrapRange is { } range)
        {
            _bootstrapper = new Bootstrapper(
                new BootstrappingPlan(plan.Parameters, range: range), evaluator, new CkksEncoder(plan.Parameters),
                memory?.Diagonals ?? DiagonalStorage.Transformed);
        }
        Groups = memory is null
            ? new CkksGroups(plan.Levels, evaluator, _bootstrapper, client)
            : new CkksGroups(plan.Levels, evaluator, _bootstrapper, client, memory.EncodingBytes);
    }

    public CkksGroups Groups { get; }

    /// <summary>Of evaluation keys in memory.</summary>
    public long KeyBytes => _keys.Bytes;

    /// <summary>Opens the keys and checks that they serve a program and are those of the data.</summary>
    /// <param name="folder">of public keys</param>
    /// <param name="plan">the plan</param>
    /// <param name="program">that will run</param>
    /// <param name="container">the data</param>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">they are malformed, or do not serve the program; the message is one line</exception>
    /// <exception cref="KeyMismatchException">they are of another secret key than the data</exception>
    public static EvaluationKeys OpenKeys(string folder, PlanFolder plan, EncryptedProgram program, EncryptedContainer container)
    {
        container.RequireKey(folder, KeysManifest.Read(folder).Owner);
        return PublicKeyFolder.OpenEvaluationKeys(
            folder, plan.Parameters, ProgramKeys.Of(program, plan.Levels), MemoryOf(plan, program)?.KeyMemory());
    }

    /// <summary>How the plan would have a program keep its memory.</summary>
    private static RunMemory? MemoryOf(PlanFolder plan, EncryptedProgram program) =>
        ReferenceEquals(program, plan.Training) ? plan.Manifest.TrainingMemory : plan.Manifest.EvaluationMemory;

    /// <summary>Begins to execute.</summary>
    /// <param name="plan">the plan</param>
    /// <param name="program">of the plan, that will run</param>
    /// <param name="keys">stay the caller's</param>
    /// <param name="refreshSocket">of the refresh party, or null</param>
    /// <param name="threads">of the evaluator</param>
    /// <exception cref="InvalidDataException">there is no refresh party at the socket</exception>
    public static ProgramSession Begin(
        PlanFolder plan, EncryptedProgram program, EvaluationKeys keys, string? refreshSocket, int threads)
    {
        RemoteRefresher? client = null;
        try
        {
            client = refreshSocket is null ? null : new RemoteRefresher(plan.Parameters, refreshSocket, threads);
            return new ProgramSession(plan, MemoryOf(plan, program), keys, client, threads);
        }
        catch (SocketException exception)
        {
            throw new InvalidDataException($"{refreshSocket}: no refresh party answers ({exception.Message}); start it first", exception);
        }
        catch
        {
            client?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Groups.Dispose();
        _bootstrapper?.Dispose();
        _client?.Dispose();
    }
}
