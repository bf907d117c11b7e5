using System.Net.Sockets;
using System.Runtime.InteropServices;
using Crammed.Ckks;

namespace Crammed.Trainer;

/// <summary>
/// The server's program: trains or evaluates on ciphertexts. It reads the container, the model and the evaluation keys, and writes
/// ciphertexts; nothing it links can hold a secret key.
/// </summary>
internal static class TrainerProgram
{
    private const int Success = 0, Failure = 1, BadInput = 2, Interrupted = 130;

    public static int Run(string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var options = TrainerOptions.Parse(arguments);
            using var server = new TrainingServer(options, Console.Out);
            server.Run(cancellation.Token);
            return Success;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine("interrupted: the step under way was finished; no result was kept");
            return Interrupted;
        }
        catch (Exception exception) when (
            exception is ArgumentException or InvalidDataException or CkksFormatException
                or FileNotFoundException or DirectoryNotFoundException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return BadInput;
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Failure;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            cancellation.Cancel();
        }
    }
}
