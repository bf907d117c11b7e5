using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;

namespace Crammed.Converter.Tests.Running;

/// <summary>A plan, keys and a container in a folder, and what a run of them has to come to, computed in this process.</summary>
internal sealed class RunParts : IDisposable
{
    private readonly SecretKey _secret;

    /// <param name="folder">new</param>
    public RunParts(string folder)
    {
        Folder = folder;
        Plan = SmallPlan.Write(Path.Combine(folder, "plan"));
        _secret = SecretKey.Generate(Plan.Parameters);
        Keys = WriteKeys(_secret, "keys");
        Container = WriteContainer(_secret, "container");
    }

    public string Folder { get; }

    public PlanFolder Plan { get; }

    /// <summary>Folder of the evaluation keys.</summary>
    public string Keys { get; }

    /// <summary>Folder of the container.</summary>
    public string Container { get; }

    public SecretKey Secret => _secret;

    /// <summary>Of the container's key, in manifests.</summary>
    public string KeyId => _secret.KeyId.ToString();

    /// <summary>A folder with the evaluation keys of a secret key.</summary>
    /// <param name="secret">the key</param>
    /// <param name="name">of the folder</param>
    /// <param name="change">of what the plan asks for</param>
    public string WriteKeys(SecretKey secret, string name, Func<EvaluationKeyRequest, EvaluationKeyRequest>? change = null)
    {
        var request = KeyFolderRequest.Of([Plan.Training, Plan.Evaluation], Plan.Levels).Keys;
        var folder = Path.Combine(Folder, name);
        Directory.CreateDirectory(folder);
        var made = new KeyGenerator(secret).SaveEvaluationKeys(
            Path.Combine(folder, PublicKeyFolder.EvaluationKeyFile), change?.Invoke(request) ?? request);
        KeysManifest.Of(secret.KeyId, Plan.Parameters, [], made).Write(folder);
        return folder;
    }

    /// <summary>A container of the plan under a secret key.</summary>
    public string WriteContainer(SecretKey secret, string name, PlanFolder? plan = null)
    {
        var folder = Path.Combine(Folder, name);
        new EncryptedContainerWriter(plan ?? Plan, secret, threads: 2).Write(
            folder, new ContainerSource(new string('d', 64), new string('e', 64), "small"), SmallPlan.Slots(seed: 5), null,
            CancellationToken.None);
        return folder;
    }

    /// <summary>The files that a training has to come to, by name: logits of each step, and the last state.</summary>
    public Dictionary<string, byte[]> Train()
    {
        using var keys = PublicKeyFolder.OpenEvaluationKeys(Keys, Plan.Parameters);
        var evaluator = new Evaluator(Plan.Parameters, keys);
        using var bootstrapper = new Bootstrapper(
            new BootstrappingPlan(Plan.Parameters, range: Plan.BootstrapRange!.Value), evaluator, new CkksEncoder(Plan.Parameters));
        using var groups = new CkksGroups(Plan.Levels, evaluator, bootstrapper);
        var container = EncryptedContainer.Open(Container, Plan);
        var state = container.ReadState().ToDictionary(group => group.Key, group => Loaded(groups, group.Value));
        var files = new Dictionary<string, byte[]>();
        var stored = Directory.CreateDirectory(Path.Combine(Folder, "stored")).FullName;
        for (var step = 0; step < SmallPlan.Steps; step++)
        {
            var batch = container.ReadBatch(step).ToDictionary(group => group.Key, group => Loaded(groups, group.Value));
            var levels = Plan.Training.Levels!.Inputs;
            var inputs = state.Concat(batch).ToDictionary(
                group => group.Key,
                group => group.Value.Select(vector =>
                    vector.Level == levels[group.Key] ? vector : groups.Lower([vector], levels[group.Key])[0]).ToArray());
            var outputs = ProgramRun.Execute(Plan.Training, groups, inputs, Plan.Constants(step), null, stored);
            state = Plan.State.ToDictionary(value => value.Name, value => outputs[value.Name]);
            files[$"logits-{step:D5}.ct"] = Bytes(outputs[PlanFolder.Logits]);
        }
        files[$"state/state-{SmallPlan.Steps:D5}.ct"] = Bytes(Plan.State.SelectMany(value => state[value.Name]));
        return files;
    }

    public void Dispose() => _secret.Dispose();

    private static SlotVector[] Loaded(CkksGroups groups, IEnumerable<Ciphertext> ciphertexts) => [.. ciphertexts.Select(groups.Load)];

    private byte[] Bytes(IEnumerable<SlotVector> vectors)
    {
        var path = Path.Combine(Folder, "expected.ct");
        CiphertextFile.Write(path, [.. vectors.Select(CkksGroups.Read)]);
        return File.ReadAllBytes(path);
    }
}
