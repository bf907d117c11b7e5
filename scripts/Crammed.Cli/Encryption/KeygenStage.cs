using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Training;

namespace Crammed.Cli.Encryption;

/// <summary>Finds the keys that a circuit needs and generates them.</summary>
internal static class KeygenStage
{
    /// <param name="circuit">What will be run.</param>
    /// <param name="parameters">The ring.</param>
    /// <param name="keyFolder">Where the keys go.</param>
    /// <param name="progress">Told after each key.</param>
    /// <param name="cancellation">Stops between keys.</param>
    public static KeySummary Run(
        Circuit circuit, CkksParameters parameters, string keyFolder, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        using var factors = circuit.Factors();
        var requirements = KeyRequirements.Of(circuit.Step, circuit.Run, factors.WithoutDropout, circuit.Shape.Hidden);
        return KeyFolder.Generate(keyFolder, parameters, requirements, progress, cancellation);
    }
}
