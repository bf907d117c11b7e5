using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>Finds the keys that a plan's run needs and generates them.</summary>
internal static class KeygenStage
{
    /// <param name="modelFolder">Calibrated checkpoint.</param>
    /// <param name="plan">What will be trained.</param>
    /// <param name="parameters">The ring.</param>
    /// <param name="threads">Threads of the dry run; key generation takes what it needs.</param>
    /// <param name="keyFolder">Where the keys go.</param>
    public static KeySummary Run(
        string modelFolder, FineTuningPlan plan, CkksParameters parameters, int threads, string keyFolder,
        IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var circuit = Circuit.Load(modelFolder, plan.Settings, plan.Shape, parameters, threads);
        using var factors = circuit.Factors();
        var requirements = KeyRequirements.Of(circuit.Step, circuit.Run, factors.WithoutDropout, plan.Shape.Hidden);
        return KeyFolder.Generate(keyFolder, parameters, requirements, progress, cancellation);
    }
}
