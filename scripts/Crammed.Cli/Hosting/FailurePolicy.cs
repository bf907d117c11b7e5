using System.Reflection;
using Crammed.Ckks;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>The one place that decides how an exception becomes a line and an exit code.</summary>
internal static class FailurePolicy
{
    // errno of Linux, which .NET keeps as the exception's HResult.
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnlyFileSystem = 30;

    /// <summary>2 where other input would have prevented it, 1 for any other failure.</summary>
    public static int ExitCodeOf(Exception exception) => Cause(exception) switch
    {
        ConfigurationException or InvalidDataException => ExitCode.BadInput,
        FileNotFoundException or DirectoryNotFoundException => ExitCode.BadInput,
        // Known before the work began: another folder, or fewer keys, and it would have run.
        InsufficientDiskSpaceException or InsufficientMemoryException => ExitCode.BadInput,
        var full when IsFullDisk(full) || IsForbidden(full) => ExitCode.BadInput,
        // A null where none may be is a fault of the program; any other wrong argument comes from a setting.
        ArgumentNullException => ExitCode.Failure,
        ArgumentException => ExitCode.BadInput,
        _ => ExitCode.Failure,
    };

    /// <summary>One line: what is wrong and what to do.</summary>
    public static string Describe(Exception exception)
    {
        var cause = Cause(exception);
        var message = cause is ArgumentException { ParamName: { } parameter }
            ? cause.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
            : cause.Message;
        var line = message.ReplaceLineEndings(" ").Trim();
        if (line.Length == 0)
            line = cause.GetType().Name;
        return cause switch
        {
            _ when IsFullDisk(cause) => $"{line}; free some space there, then repeat the command",
            _ when IsForbidden(cause) => $"{line.TrimEnd('.')}; allow it, or work in a folder where you may write",
            DllNotFoundException => $"{line} (what is missing: crammed doctor)",
            _ when ExitCodeOf(cause) == ExitCode.Failure => $"{line} ({cause.GetType().Name}; details: --verbose)",
            _ => line,
        };
    }

    private static bool IsFullDisk(Exception exception) => exception is IOException { HResult: NoSpaceLeft or QuotaExceeded };

    private static bool IsForbidden(Exception exception) =>
        exception is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    /// <summary>The exception inside the wrappers that reflection, tasks and static constructors put around it.</summary>
    private static Exception Cause(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Cause(only),
        TargetInvocationException { InnerException: { } inner } => Cause(inner),
        TypeInitializationException { InnerException: { } inner } => Cause(inner),
        _ => exception,
    };
}
