using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;
using Crammed.Tables;

namespace Crammed.Cli.Encryption;

/// <summary>What a conversion takes. Paths are absolute.</summary>
/// <param name="Plan">The programs that the data is for.</param>
/// <param name="ModelFolder">The plan's checkpoint.</param>
/// <param name="DrawFile">Initial parameters, batch order.</param>
/// <param name="ExportFolder">With the splits train and dev.</param>
/// <param name="EncryptedExamples">Examples of dev to encrypt, from the first.</param>
/// <param name="Keys">The key holder's folder.</param>
/// <param name="Threads">Ciphertexts made at the same time.</param>
internal sealed record ConvertInput(
    PlanFolder Plan, string ModelFolder, string DrawFile, string ExportFolder, int EncryptedExamples, string Keys, int Threads);

/// <summary>Packs and encrypts a task for a plan.</summary>
internal sealed class ConvertStage
{
    /// <summary>Name of the container's folder in its run's folder.</summary>
    public const string Folder = "container";

    private readonly ConvertInput _input;
    private readonly ContainerSource _source;
    private readonly ContainerSlots _slots;

    private ConvertStage(ConvertInput input, ContainerSource source, ContainerSlots slots) =>
        (_input, _source, _slots) = (input, source, slots);

    /// <summary>Reads everything, and checks that it belongs together; nothing is encrypted yet.</summary>
    /// <exception cref="FileNotFoundException">A part is missing.</exception>
    /// <exception cref="InvalidDataException">A part is malformed, or belongs to another plan, model, draw or export.</exception>
    public static ConvertStage Load(ConvertInput input)
    {
        var draw = WeightFiles.ReadDraw(input.DrawFile);
        var trainFolder = Path.Combine(input.ExportFolder, StageFiles.Train);
        var train = EncryptableSplit.Read(trainFolder);
        var dev = EncryptableSplit.Read(Path.Combine(input.ExportFolder, StageFiles.Dev));
        var packing = TaskPacking.Of(input.Plan, input.ModelFolder);
        using (KeyFolder.OpenSecret(input.Keys, input.Plan.Parameters))
        {
            // Refused before a folder is made.
        }
        return new ConvertStage(
            input,
            ContainerSource.Of(input.DrawFile, trainFolder, train.Description.Task),
            packing.Data(input.Plan, draw, train.Examples, [.. dev.Examples.Take(input.EncryptedExamples)]));
    }

    /// <summary>Encrypts.</summary>
    /// <param name="folder">Where the container goes.</param>
    /// <param name="progress">Told after each file.</param>
    /// <param name="cancellation">Stops between files.</param>
    public ContainerSummary Run(string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        using var secret = KeyFolder.OpenSecret(_input.Keys, _input.Plan.Parameters);
        return new EncryptedContainerWriter(_input.Plan, secret, _input.Threads).Write(folder, _source, _slots, progress, cancellation);
    }

    /// <summary>Names an export: the hash of the training split's manifest, which names its parts by theirs.</summary>
    public static string ExportHash(string exportFolder) =>
        FileHash.Sha256(Path.Combine(exportFolder, StageFiles.Train, PartManifest<ExportedTaskDescription>.FileName));
}
