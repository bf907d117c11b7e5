namespace Crammed.Cli.Hosting;

/// <summary>What a command does.</summary>
/// <typeparam name="TSettings">The settings that it reads, composed and bound before it starts.</typeparam>
internal interface ICommandHandler<TSettings>
    where TSettings : class
{
    /// <summary>
    /// Runs the command and returns its exit code. Bad input is an exception with one clear line (see <see cref="FailurePolicy"/>).
    /// When cancelled it finishes its step, saves, says what it kept with <see cref="RunContext{TSettings}.Keep"/>, and throws
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    Task<int> RunAsync(RunContext<TSettings> context, CancellationToken cancellationToken);
}
