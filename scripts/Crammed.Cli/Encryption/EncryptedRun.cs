using System.Globalization;
using Crammed.Ckks;
using Crammed.Cli.Hosting;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>Where an encrypted run finds its parts.</summary>
/// <param name="Plan">Programs and frozen weights.</param>
/// <param name="Container">Encrypted data.</param>
/// <param name="Keys">The key holder's folder; the training program is given the public folder in it and nothing else.</param>
/// <param name="Output">Folder for states and encrypted results.</param>
/// <param name="Threads">Threads of either process.</param>
internal sealed record EncryptedRunFiles(PlanFolder Plan, string Container, string Keys, string Output, int Threads)
{
    /// <summary>Memory that the training program may take, in GiB; null: what there is.</summary>
    public double? Memory { get; init; }

    /// <summary>Whether the container's own parameters are evaluated; otherwise it trains, or evaluates the state of a run.</summary>
    public bool EvaluatesContainer { get; init; }

    /// <summary>Whether the key holder takes part in a run.</summary>
    public bool AsksClient => new[] { Plan.Training, Plan.Evaluation }.SelectMany(program => program.Instructions)
        .OfType<Refresh>().Any(refresh => refresh.Method == RefreshMethod.Client);
}

/// <summary>What an encrypted run cost.</summary>
/// <param name="Profile">The training program's own account.</param>
/// <param name="RefreshPartyPeakBytes">Peak memory of the refresh party; null where there is none.</param>
internal sealed record EncryptedRunResult(ProgramProfile Profile, long? RefreshPartyPeakBytes)
{
    /// <summary>Of a run that ended earlier.</summary>
    public static EncryptedRunResult Of(EncryptedRunFiles files) =>
        new(ProgramProfile.Read(Path.Combine(files.Output, RunFiles.Profile)), null);
}

/// <summary>
/// Runs the training program, and for a plan that the key holder refreshes its refresh party, as processes of their own that share only a Unix socket and public
/// files: the one trains without a secret key, the other decrypts and encrypts again.
/// </summary>
internal static class EncryptedRun
{
    /// <summary>Printed by the refresh party once it takes connections.</summary>
    public const string ListeningLine = "listening";

    /// <param name="files">Where everything is.</param>
    /// <param name="evaluated">Folder of the run whose trained state is evaluated; null to train.</param>
    /// <param name="report">Told each line of progress.</param>
    /// <param name="cancellation">Lets the instruction under way finish, saves, then stops.</param>
    public static async Task<EncryptedRunResult> RunAsync(
        EncryptedRunFiles files, string? evaluated, Action<string> report, CancellationToken cancellation)
    {
        GiveMemoryBack();
        long? peak = null;
        if (!files.AsksClient)
        {
            await TrainAsync(files, evaluated, null, report, cancellation).ConfigureAwait(false);
        }
        else
        {
            // Socket paths are short (108 bytes), so the socket lies in a temporary folder that only this user can enter.
            var socketFolder = Directory.CreateTempSubdirectory("crammed-").FullName;
            try
            {
                var socket = Path.Combine(socketFolder, "refresh.sock");
                using var party = ChildProgram.Start(
                    ChildProgram.Crammed,
                    ["refresh", $"keys={files.Keys}", $"plan={files.Plan.Folder}", $"socket={socket}", "attached=true", $"impl.threads={files.Threads}"]);
                await WaitUntilListeningAsync(party, cancellation).ConfigureAwait(false);
                await TrainAsync(files, evaluated, socket, report, cancellation).ConfigureAwait(false);
                peak = party.PeakMemoryBytes;
                party.RequestEnd();
                await party.WaitAsync().ConfigureAwait(false);
            }
            finally
            {
                Directory.Delete(socketFolder, recursive: true);
            }
        }
        return EncryptedRunResult.Of(files) with { RefreshPartyPeakBytes = peak };
    }

    /// <summary>What planning, keys and encryption left in this process would be missing beside the training program's.</summary>
    private static void GiveMemoryBack()
    {
        ResidueMemory.Trim();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>The training program's command line: of the keys it names the public ones alone.</summary>
    internal static IReadOnlyList<string> TrainerArguments(EncryptedRunFiles files, string? evaluated, string? socket) =>
    [
        "--plan", files.Plan.Folder,
        "--container", files.Container,
        "--keys", Converter.KeyFolder.PublicOf(files.Keys),
        "--output", files.Output,
        "--threads", files.Threads.ToString(CultureInfo.InvariantCulture),
        "--attached", "true",
        .. files.Memory is { } memory ? ["--memory", memory.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        .. socket is null ? Array.Empty<string>() : ["--refresh", socket],
        .. files.EvaluatesContainer ? ["--evaluate-container", "true"] : Array.Empty<string>(),
        .. evaluated is null ? Array.Empty<string>() : ["--evaluate", Path.Combine(evaluated, RunFiles.States)],
    ];

    private static async Task WaitUntilListeningAsync(ChildProgram party, CancellationToken cancellation)
    {
        while (await party.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line == ListeningLine)
                return;
        }
        var (exitCode, errors) = await party.WaitAsync().ConfigureAwait(false);
        throw ChildProgram.Failure("the refresh party", exitCode, errors);
    }

    private static async Task TrainAsync(
        EncryptedRunFiles files, string? evaluated, string? socket, Action<string> report, CancellationToken cancellation)
    {
        using var trainer = ChildProgram.Start(ChildProgram.Trainer, TrainerArguments(files, evaluated, socket));
        using var stopping = cancellation.Register(trainer.RequestStop);
        while (await trainer.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            report(line);
        var (exitCode, errors) = await trainer.WaitAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (exitCode != 0)
            throw ChildProgram.Failure("the training program", exitCode, errors);
    }
}
