using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Training;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>What a conversion takes.</summary>
/// <param name="Draw">Initial parameters, batch order, dropout masks.</param>
/// <param name="Train">Exported training split.</param>
/// <param name="Dev">Exported evaluation split.</param>
/// <param name="EncryptedExamples">Examples of it to encrypt, from the first.</param>
/// <param name="Keys">The key holder's folder.</param>
/// <param name="Threads">Ciphertexts made at the same time.</param>
internal sealed record ConvertInput(FineTuningDraw Draw, EncryptableSplit Train, EncryptableSplit Dev, int EncryptedExamples, string Keys, int Threads);

/// <summary>Packs and encrypts a task.</summary>
internal static class ConvertStage
{
    /// <summary>Name of the container's folder in its run's folder.</summary>
    public const string Folder = "container";

    public static ContainerSummary Run(
        ConvertInput input, CkksParameters parameters, string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        using var secret = KeyFolder.OpenSecret(input.Keys, parameters);
        var writer = new ContainerWriter(parameters, secret, CircuitSettings.For(parameters.WorkingLevel, input.Threads));
        var evaluation = input.Dev.Examples.Take(input.EncryptedExamples).ToArray();
        return writer.Write(folder, input.Draw, input.Train, evaluation, progress, cancellation);
    }
}
