using System.Net.Sockets;

namespace Crammed.Ckks.Client;

/// <summary>
/// The key holder's end of <c>refresh=client</c>: listens on a Unix socket that only its user can open, and answers each request by
/// decrypting and encrypting again. It evaluates no function and changes no layout.
/// </summary>
/// <remarks>A semi-honest server is assumed: it uses this party as a refresh oracle and must not send chosen ciphertexts.</remarks>
public sealed class RefreshServer(CkksParameters parameters, RefreshParty party, int threads)
{
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Ciphertexts refreshed so far.</summary>
    public long RefreshedCount { get; private set; }

    /// <summary>
    /// Serves one connection after another until cancelled; the socket file is removed at the end.
    /// </summary>
    /// <param name="socketPath">Where to listen; a stale file there is replaced. Its folder should be the user's own (mode 0700).</param>
    /// <param name="listening">Called once connections are taken.</param>
    /// <param name="cancellation">Ends the service.</param>
    public async Task RunAsync(string socketPath, Action listening, CancellationToken cancellation)
    {
        File.Delete(socketPath);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(1);
            listening();
            while (!cancellation.IsCancellationRequested)
            {
                using var connection = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
                using var closing = cancellation.Register(connection.Dispose);
                await using var stream = new NetworkStream(connection, ownsSocket: false);
                Serve(stream, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to end while waiting for a connection.
        }
        finally
        {
            File.Delete(socketPath);
        }
    }

    private void Serve(Stream stream, CancellationToken cancellation)
    {
        try
        {
            while (RefreshProtocol.ReadRequest(stream, parameters) is { } request)
                Answer(stream, request.TargetLevel, request.Ciphertexts);
        }
        catch (Exception refusal) when (refusal is CkksFormatException or KeyMismatchException)
        {
            RefreshProtocol.WriteError(stream, refusal.Message);
        }
        catch (IOException) when (cancellation.IsCancellationRequested)
        {
            // Asked to end while waiting for a request.
        }
    }

    private void Answer(Stream stream, int targetLevel, byte[][] requests)
    {
        var ciphertexts = new Ciphertext?[requests.Length];
        Ciphertext[] refreshed = [];
        var answers = new byte[requests.Length][];
        try
        {
            Parallel.For(0, requests.Length, _parallel, i =>
            {
                using var buffer = new MemoryStream(requests[i], writable: false);
                ciphertexts[i] = CiphertextReader.Read(buffer, parameters);
            });
            refreshed = party.Refresh([.. ciphertexts.Select(ciphertext => ciphertext!)], targetLevel);
            Parallel.For(0, requests.Length, _parallel, i =>
            {
                using var buffer = new MemoryStream();
                refreshed[i].Write(buffer);
                answers[i] = buffer.ToArray();
            });
        }
        catch (AggregateException exception) when (exception.InnerException is CkksFormatException refusal)
        {
            throw new CkksFormatException(refusal.Message);
        }
        finally
        {
            foreach (var ciphertext in ciphertexts.Concat(refreshed))
                ciphertext?.Dispose();
        }
        RefreshedCount += requests.Length;
        RefreshProtocol.WriteAnswer(stream, answers);
    }
}
