using Crammed.Ckks;

namespace Crammed.Trainer;

/// <summary>The training program on a plan: exit codes, and one line for whatever goes wrong.</summary>
internal static class ProgramCommand
{
    private const int Success = 0, Failure = 1, BadInput = 2, Interrupted = 130;

    /// <summary>ENOSPC and EDQUOT of Linux, as .NET gives them in an IOException's HResult.</summary>
    private static readonly int[] DiskFull = [28, 122];

    /// <param name="arguments">options and their values</param>
    /// <param name="output">for lines of progress</param>
    /// <param name="errors">for the one line of what went wrong</param>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = ProgramOptions.Parse(arguments);
            using var stop = new StopRequest(options.IsAttached);
            ProgramTraining.Run(options, output, stop);
            return Success;
        }
        catch (RunInterruptedException exception)
        {
            errors.WriteLine($"{exception.Message}: what is done is saved; the same command goes on from there");
            return Interrupted;
        }
        catch (Exception exception)
        {
            // The top of a program: whatever it is, one line says it.
            errors.WriteLine($"error: {Line(exception)}");
            return CodeOf(exception);
        }
    }

    private static string Line(Exception exception)
    {
        var message = (exception is AggregateException { InnerException: { } inner } ? inner : exception).Message.ReplaceLineEndings(" ");
        return exception switch
        {
            IOException when IsDiskFull(exception) =>
                $"{message}; what was saved before is whole: make room, and the same command goes on from there",
            RefreshPartyGoneException => $"{message}: what is done is saved; start it again, and the same command goes on from there",
            OutOfMemoryException => $"{message}; plan with less memory (he.memory); what was saved before is whole",
            IOException or ArgumentException or InvalidDataException or CkksFormatException
                or UnauthorizedAccessException => message,
            _ => $"{message} ({exception.GetType().Name})",
        };
    }

    private static int CodeOf(Exception exception) =>
        exception is ArgumentException or InvalidDataException or CkksFormatException or FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException or InsufficientMemoryException || IsDiskFull(exception)
        ? BadInput
        : Failure;

    private static bool IsDiskFull(Exception exception) => exception is IOException && DiskFull.Contains(exception.HResult & 0xffff)
        || exception is InsufficientDiskSpaceException;
}
