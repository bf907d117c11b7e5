using System.Security.Cryptography;
using System.Text.Json;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Files;

namespace Crammed.Cli.Encryption;

/// <summary>A folder in which a plan is made and run stage by stage, each one kept with what it was made from (<see cref="KeptStages"/>).</summary>
/// <param name="folder">Exists.</param>
/// <param name="console">Of the command.</param>
internal sealed class PipelineFolder(string folder, StageConsole console)
{
    private const string PlanName = "plan", KeysName = "keys";

    /// <summary>What was done so far, and how long it took.</summary>
    public KeptStages Stages { get; } = KeptStages.Open(folder, console.Say);

    /// <summary>Of the command.</summary>
    public StageConsole Console => console;

    /// <summary>The key holder's folder.</summary>
    public string Keys => PathOf(KeysName);

    /// <summary>The encrypted container.</summary>
    public string Container => PathOf(ConvertStage.Folder);

    /// <summary>What a run on the container is given.</summary>
    public EncryptedRunFiles FilesFor(PlanFolder plan, string output, int threads, double? memory) =>
        new(plan, Container, Keys, PathOf(output), threads) { Memory = memory };

    /// <summary>The absolute path of something in the folder.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Plans.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="from">What it is made from beside the request's settings.</param>
    /// <param name="cancellation">Stops a calibration.</param>
    public PlanFolder Plan(PlanRequest request, Dictionary<string, string> from, CancellationToken cancellation)
    {
        from.Add("planning", HashOf(request.Planning));
        from.Add("encryption", HashOf(request.Encryption));
        from.Add("costs", string.Join(' ', request.CostFiles.Select(FileHash.Sha256)));
        Stages.Run("plan", from, [PlanName], () =>
            PlanStage.Load(request).Run(console.Say, console.Display, cancellation).Write(PathOf(PlanName)));
        return PlanFolder.Open(PathOf(PlanName));
    }

    /// <summary>Makes a plan's keys, and encrypts data under them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="from">What the container is made from beside plan and keys.</param>
    /// <param name="threads">Ciphertexts made at the same time.</param>
    /// <param name="source">What the data is, asked for once the keys are there.</param>
    /// <param name="slots">The data, likewise.</param>
    /// <param name="cancellation">Stops between keys and between files.</param>
    public void Encrypt(
        PlanFolder plan, Dictionary<string, string> from, int threads, Func<ContainerSource> source, Func<ContainerSlots> slots,
        CancellationToken cancellation)
    {
        Stages.Run("keygen", new Dictionary<string, string> { ["plan"] = plan.Id }, [KeysName], () =>
        {
            using var display = console.Display();
            KeygenStage.Run(plan, Keys, console.Resources, display, cancellation);
        });
        from.Add("plan", plan.Id);
        from.Add("keys", KeysManifest.Read(KeyFolder.PublicOf(Keys)).KeyId);
        Stages.Run("convert", from, [ConvertStage.Folder], () =>
        {
            using var display = console.Display();
            using var secret = KeyFolder.OpenSecret(Keys, plan.Parameters);
            new EncryptedContainerWriter(plan, secret, threads).Write(Container, source(), slots(), display, cancellation);
        });
    }

    /// <summary>Runs the training program, or keeps what it did.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="files">Of the run.</param>
    /// <param name="evaluated">Folder of the run whose state is evaluated; null: none.</param>
    /// <param name="from">What it is made from beside the container.</param>
    /// <param name="cancellation">Lets the instruction under way finish, saves, then stops.</param>
    public async Task<EncryptedRunResult> RunAsync(
        string stage, EncryptedRunFiles files, string? evaluated, Dictionary<string, string> from, CancellationToken cancellation)
    {
        from.Add("container", FileHash.Sha256(Path.Combine(Container, EncryptedContainerManifest.FileName)));
        EncryptedRunResult? run = null;
        await Stages.RunAsync(stage, from, [Path.GetFileName(files.Output)], async () =>
            run = await EncryptedRun.RunAsync(files, evaluated, console.Say, cancellation));
        return run ?? EncryptedRunResult.Of(files);
    }

    /// <summary>Names settings by their values.</summary>
    public static string HashOf<T>(T settings) =>
        System.Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(settings)));
}
