using System.ComponentModel;
using Crammed.Ckks;
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
        var manifest = ContainerManifest.Read(context.Resolve(settings.Container));
        var parameters = CkksParameters.Create(NamedParameters.Find(manifest.ParameterSet));
        var keys = context.Resolve(settings.Keys);
        using var secret = KeyFolder.OpenSecret(keys, parameters);
        manifest.RequireKey(keys, secret.KeyId);
        var threads = settings.Impl.ThreadCount;
        var server = new RefreshServer(parameters, new RefreshParty(secret, threads), threads);
        await server.RunAsync(context.Resolve(settings.Socket), () =>
        {
            context.Output.WriteLine(EncryptedRun.ListeningLine);
            context.Output.Flush();
        }, cancellationToken);
        await context.Output.WriteLineAsync($"{server.RefreshedCount} ciphertexts refreshed");
        return ExitCode.Success;
    }
}

/// <summary>What <c>crammed refresh</c> reads: cfg_refresh.yaml.</summary>
public sealed record RefreshSettings
{
    [Description("folder of the keys (private/secret.key is read from it)")]
    public required string Keys { get; init; }

    [Description("encrypted container that the run trains on; it names the parameter set")]
    public required string Container { get; init; }

    [Description("path of the Unix socket to listen on")]
    public required string Socket { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
