using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Training;
using Crammed.Files;

namespace Crammed.Cli.Encryption;

/// <summary>Finds the keys that a circuit needs and generates them.</summary>
internal static class KeygenStage
{
    /// <summary>The evaluation keys that a circuit needs.</summary>
    public static KeyFolderRequest RequestFor(Circuit circuit, CkksParameters parameters) =>
        KeyFolderRequest.Of(CircuitRequirements.Of(circuit.Step, circuit.Run), parameters);

    /// <param name="circuit">What will be run.</param>
    /// <param name="parameters">The ring.</param>
    /// <param name="keyFolder">Where the keys go.</param>
    /// <param name="resources">Who is asked for free disk space and memory.</param>
    /// <param name="progress">Told after each key.</param>
    /// <param name="cancellation">Stops between keys.</param>
    public static KeySummary Run(
        Circuit circuit, CkksParameters parameters, string keyFolder, ISystemResources resources, IProgress<WorkProgress>? progress,
        CancellationToken cancellation) =>
        KeyFolder.Generate(keyFolder, RequestFor(circuit, parameters), resources, progress, cancellation);
}
