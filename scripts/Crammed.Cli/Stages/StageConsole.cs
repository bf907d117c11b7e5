using Crammed.Ckks;
using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;

namespace Crammed.Cli.Stages;

/// <summary>What stages that run one after the other need of the program around them.</summary>
/// <param name="Say">Told what is going on, line by line.</param>
/// <param name="Display">Opens a display of progress.</param>
/// <param name="Resources">Who is asked for free memory and disk space.</param>
internal sealed record StageConsole(Action<string> Say, Func<ProgressDisplay> Display, ISystemResources Resources)
{
    /// <summary>That of a command.</summary>
    public static StageConsole Of<TSettings>(RunContext<TSettings> context)
        where TSettings : class => new(context.Notices.WriteLine, context.Display, context.Resources);
}
