namespace Crammed.Cli.Hosting;

/// <summary>The program's exit codes.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something failed that better input would not have prevented.</summary>
    public const int Failure = 1;

    /// <summary>An argument, a setting or a file is wrong, or asks for more room than there is.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Asked to end (128 + SIGTERM).</summary>
    public const int Terminated = 143;
}
