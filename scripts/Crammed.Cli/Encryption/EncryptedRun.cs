using Crammed.Cli.Hosting;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>Where an encrypted run finds its parts.</summary>
/// <param name="Container">Encrypted container.</param>
/// <param name="Model">Checkpoint with the public weights.</param>
/// <param name="Keys">The key holder's folder; the training program is given the public folder in it and nothing else.</param>
/// <param name="Output">Folder for the encrypted results.</param>
/// <param name="Threads">Threads of either process.</param>
internal sealed record EncryptedRunFiles(string Container, string Model, string Keys, string Output, int Threads);

/// <summary>What an encrypted run cost.</summary>
/// <param name="Profile">The training program's own account.</param>
/// <param name="RefreshPartyPeakBytes">Peak memory of the refresh party.</param>
internal sealed record EncryptedRunResult(RunProfile Profile, long RefreshPartyPeakBytes);

/// <summary>
/// Runs the training program and the refresh party as two processes that share only a Unix socket and public files:
/// the one trains without a secret key, the other decrypts and encrypts again.
/// </summary>
internal static class EncryptedRun
{
    /// <summary>Printed by the refresh party once it takes connections.</summary>
    public const string ListeningLine = "listening";

    /// <param name="files">Where everything is.</param>
    /// <param name="parameters">Packed parameters to evaluate; null to train.</param>
    /// <param name="report">Told each line of progress.</param>
    /// <param name="cancellation">Lets the step under way finish, then stops.</param>
    public static async Task<EncryptedRunResult> RunAsync(
        EncryptedRunFiles files, string? parameters, Action<string> report, CancellationToken cancellation)
    {
        // Socket paths are short (108 bytes), so the socket lies in a temporary folder that only this user can enter.
        var socketFolder = Directory.CreateTempSubdirectory("crammed-").FullName;
        try
        {
            var socket = Path.Combine(socketFolder, "refresh.sock");
            using var party = ChildProgram.Start(
                ChildProgram.Crammed, ["refresh", $"keys={files.Keys}", $"container={files.Container}", $"socket={socket}", $"impl.threads={files.Threads}"]);
            await WaitUntilListeningAsync(party, cancellation).ConfigureAwait(false);
            await TrainAsync(files, parameters, socket, report, cancellation).ConfigureAwait(false);
            var peak = party.PeakMemoryBytes;
            party.RequestEnd();
            await party.WaitAsync().ConfigureAwait(false);
            return new EncryptedRunResult(RunProfile.Read(Path.Combine(files.Output, ResultFiles.Profile)), peak);
        }
        finally
        {
            Directory.Delete(socketFolder, recursive: true);
        }
    }

    /// <summary>The training program's command line: of the keys it names the public ones alone.</summary>
    internal static IReadOnlyList<string> TrainerArguments(EncryptedRunFiles files, string? parameters, string socket) =>
    [
        "--container", files.Container,
        "--model", files.Model,
        "--keys", Converter.KeyFolder.PublicOf(files.Keys),
        "--refresh", socket,
        "--output", files.Output,
        "--threads", files.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. parameters is null ? Array.Empty<string>() : ["--parameters", parameters],
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
        EncryptedRunFiles files, string? parameters, string socket, Action<string> report, CancellationToken cancellation)
    {
        using var trainer = ChildProgram.Start(ChildProgram.Trainer, TrainerArguments(files, parameters, socket));
        using var stopping = cancellation.Register(trainer.RequestStop);
        while (await trainer.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            report(line);
        var (exitCode, errors) = await trainer.WaitAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (exitCode != 0)
            throw ChildProgram.Failure("the training program", exitCode, errors);
    }
}
