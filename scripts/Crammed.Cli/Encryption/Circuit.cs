using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>The circuit of a draw under a parameter set, as every stage needs it.</summary>
/// <param name="Step">Model and update rule.</param>
/// <param name="Run">Levels and threads.</param>
/// <param name="Layout">Slots of the activations.</param>
/// <param name="Configuration">The checkpoint's configuration.</param>
/// <param name="Settings">Hyperparameters.</param>
/// <param name="Shape">Sizes.</param>
internal sealed record Circuit(
    TrainingStep Step, CircuitSettings Run, SlotLayout Layout, BertConfiguration Configuration, FineTuningSettings Settings, FineTuningShape Shape)
{
    public static Circuit Load(string modelFolder, FineTuningSettings settings, FineTuningShape shape, CkksParameters parameters, int threads)
    {
        var layout = SlotLayout.TokenMajor(parameters.SlotCount, shape.SequenceLength);
        var run = CircuitSettings.For(parameters.WorkingLevel, threads);
        var step = ModelLoader.Load(modelFolder, layout, settings, shape, run.MaxLevel);
        var configuration = BertConfiguration.Read(Path.Combine(modelFolder, CheckpointFiles.Configuration));
        return new Circuit(step, run, layout, configuration, settings, shape);
    }

    /// <summary>Adapter factors; the caller disposes them.</summary>
    public AdapterFactorSource Factors() => new(Layout, Settings, Shape, Configuration);
}
