using System.Net.Sockets;

namespace Crammed.Ckks;

/// <summary>Refreshes by asking the key holder's refresh party on a Unix socket.</summary>
public sealed class RemoteRefresher : IRefresher, IDisposable
{
    private readonly CkksParameters _parameters;
    private readonly ParallelOptions _parallel;
    private readonly NetworkStream _stream;
    private readonly Lock _exchange = new();

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public RemoteRefresher(CkksParameters parameters, string socketPath, int threads)
    {
        _parameters = parameters;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            _stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="RefreshPartyGoneException">The party is gone.</exception>
    /// <exception cref="IOException">The party refused.</exception>
    /// <exception cref="KeyMismatchException">The party answered with ciphertexts of another key.</exception>
    public Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel)
    {
        var results = new Ciphertext[ciphertexts.Count];
        lock (_exchange)
        {
            for (var start = 0; start < results.Length; start += RefreshProtocol.MaxCiphertexts)
                Exchange(ciphertexts, start, Math.Min(RefreshProtocol.MaxCiphertexts, results.Length - start), targetLevel, results);
        }
        return results;
    }

    public void Dispose() => _stream.Dispose();

    private byte[][] Ask(int targetLevel, byte[][] requests)
    {
        try
        {
            RefreshProtocol.WriteRequest(_stream, targetLevel, requests);
            return RefreshProtocol.ReadAnswer(_stream, _parameters);
        }
        catch (IOException exception) when (exception is EndOfStreamException or { InnerException: SocketException })
        {
            throw new RefreshPartyGoneException($"the refresh party is gone ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private void Exchange(IReadOnlyList<Ciphertext> ciphertexts, int start, int count, int targetLevel, Ciphertext[] results)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, _parallel, i =>
        {
            using var buffer = new MemoryStream();
            ciphertexts[start + i].Write(buffer);
            requests[i] = buffer.ToArray();
        });
        var answers = Ask(targetLevel, requests);
        if (answers.Length != count)
            throw new CkksFormatException($"refresh: {answers.Length} ciphertexts came back for {count}.");
        Parallel.For(0, count, _parallel, i =>
        {
            using var buffer = new MemoryStream(answers[i], writable: false);
            results[start + i] = CiphertextReader.Read(buffer, _parameters);
        });
        for (var i = start; i < start + count; i++)
        {
            KeyMismatchException.ThrowIfDifferent(
                "refresh", "the ciphertext", ciphertexts[i].KeyId, "the refresh party's answer", results[i].KeyId);
        }
    }
}
