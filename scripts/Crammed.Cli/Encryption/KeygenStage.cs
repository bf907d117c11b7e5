using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;

namespace Crammed.Cli.Encryption;

/// <summary>The keys of a plan: exactly those that its programs use, each cut to its level.</summary>
internal static class KeygenStage
{
    /// <summary>What a plan's programs take.</summary>
    public static KeyFolderRequest RequestFor(PlanFolder plan) => KeyFolderRequest.Of([plan.Training, plan.Evaluation], plan.Levels);

    /// <param name="plan">What will be run.</param>
    /// <param name="keyFolder">Where the keys go.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <param name="progress">Told after each key.</param>
    /// <param name="cancellation">Stops between keys.</param>
    public static KeySummary Run(
        PlanFolder plan, string keyFolder, ISystemResources resources, IProgress<WorkProgress>? progress,
        CancellationToken cancellation) =>
        KeyFolder.Generate(keyFolder, RequestFor(plan), resources, progress, cancellation);
}
