using System.ComponentModel;
using Crammed.Ckks.Client;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;
using Crammed.Converter;
using Crammed.Encrypted.Containers;

namespace Crammed.Cli.Commands.Refresh;

/// <summary>
/// <c>crammed refresh</c>: the key holder's end of <c>he.refresh=client</c>, until it is told to end. It decrypts and encrypts again,
/// evaluates no function and changes no layout. The server is assumed to be semi-honest: it uses this party as a refresh oracle.
/// </summary>
internal sealed class RefreshCommand : ICommandHandler<RefreshSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<RefreshSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var parameters = PlanFolder.Open(context.Resolve(settings.Plan)).Parameters;
        using var secret = KeyFolder.OpenSecret(context.Resolve(settings.Keys), parameters);
        var threads = settings.Impl.ThreadCount;
        var server = new RefreshServer(parameters, new RefreshParty(secret, threads), threads);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.Attached)
            new Thread(() => EndWithInput(ending)) { IsBackground = true, Name = "end of standard input" }.Start();
        await server.RunAsync(context.Resolve(settings.Socket), () =>
        {
            context.Output.WriteLine(EncryptedRun.ListeningLine);
            context.Output.Flush();
        }, ending.Token);
        await context.Output.WriteLineAsync($"{server.RefreshedCount} ciphertexts refreshed");
        return ExitCode.Success;
    }

    /// <summary>A parent keeps the other end of a pipe open as long as it lives, whatever ends it.</summary>
    private static void EndWithInput(CancellationTokenSource ending)
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        try
        {
            while (input.Read(buffer) > 0)
                continue;
        }
        catch (IOException)
        {
            // A broken pipe is an end as well.
        }
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}

/// <summary>What <c>crammed refresh</c> reads: cfg_refresh.yaml.</summary>
public sealed record RefreshSettings
{
    [Description("folder of the keys (private/secret.key is read from it)")]
    public required string Keys { get; init; }

    [Description("folder of the plan that runs (crammed plan); it names the parameter set")]
    public required string Plan { get; init; }

    [Description("path of the Unix socket to listen on")]
    public required string Socket { get; init; }

    [Description("end when the standard input does, as it does when the program that started this one is gone")]
    public required bool Attached { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
