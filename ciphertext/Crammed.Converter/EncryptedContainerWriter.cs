using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Files;
using Crammed.Tables;

namespace Crammed.Converter;

/// <summary>Slots of a container by the names of the plan's inputs, made when they are asked for.</summary>
/// <param name="State">parameters and moments before the first step</param>
/// <param name="Batch">a step's batch, from 0</param>
/// <param name="EvaluationBatches">examples in each batch to evaluate</param>
/// <param name="Evaluation">a batch to evaluate, from 0</param>
public sealed record ContainerSlots(
    Func<IReadOnlyDictionary<string, double[][]>> State, Func<int, IReadOnlyDictionary<string, double[][]>> Batch,
    IReadOnlyList<int> EvaluationBatches, Func<int, IReadOnlyDictionary<string, double[][]>> Evaluation)
{
    /// <summary>Whether it has the batches of the plan's steps; otherwise parameters are evaluated as they are.</summary>
    public bool Trains { get; init; } = true;
}

/// <summary>What a container's data is, by hash.</summary>
/// <param name="DrawSha256">of the file of initial parameters and batch order</param>
/// <param name="ExportSha256">of the manifest of the exported examples</param>
/// <param name="Task">whose data it is</param>
public sealed record ContainerSource(string DrawSha256, string ExportSha256, string Task)
{
    /// <summary>That of a draw and an export.</summary>
    /// <param name="drawFile">initial parameters and batch order</param>
    /// <param name="exportFolder">the exported training split, whose manifest names all its parts by hash</param>
    /// <param name="task">whose data it is</param>
    /// <exception cref="FileNotFoundException">one of them is missing</exception>
    public static ContainerSource Of(string drawFile, string exportFolder, string task) => new(
        FileHash.Sha256(drawFile), FileHash.Sha256(Path.Combine(exportFolder, PartManifest<ExportedTaskDescription>.FileName)), task);
}

/// <summary>
/// Encrypts what a plan's programs are given: each input at its level, under the secret key, whose encryptions are half the size of
/// others.
/// </summary>
public sealed class EncryptedContainerWriter
{
    private readonly PlanFolder _plan;
    private readonly KeyId _keyId;
    private readonly CkksEncoder _encoder;
    private readonly Encryptor _encryptor;
    private readonly ParallelOptions _parallel;

    /// <param name="plan">whose programs read the container</param>
    /// <param name="secret">must outlive the writer</param>
    /// <param name="threads">ciphertexts made at the same time</param>
    public EncryptedContainerWriter(PlanFolder plan, SecretKey secret, int threads)
    {
        (_plan, _keyId) = (plan, secret.KeyId);
        _encoder = new CkksEncoder(plan.Parameters);
        _encryptor = new Encryptor(secret);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>Writes a container, which appears whole or not at all, in place of an older one.</summary>
    /// <param name="folder">where</param>
    /// <param name="source">what the data is</param>
    /// <param name="slots">the data</param>
    /// <param name="progress">told after each file</param>
    /// <param name="cancellation">stops between files</param>
    /// <exception cref="ArgumentException">slots of an input are missing, or too many or too few</exception>
    public ContainerSummary Write(
        string folder, ContainerSource source, ContainerSlots slots, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var steps = slots.Trains ? _plan.Manifest.Settings.Steps : 0;
        var (training, evaluation) = (_plan.Training.Levels!.Inputs, _plan.Evaluation.Levels!.Inputs);
        var files = new List<ContainerFile>();
        var (ciphertexts, total) = (0, steps + slots.EvaluationBatches.Count + 1);
        AtomicFolder.Write(folder, staging =>
        {
            Add(EncryptedContainer.StateFile, _plan.State, value => EncryptedContainer.StateLevel(_plan, value), slots.State);
            for (var step = 0; step < steps; step++)
            {
                var current = step;
                Add(EncryptedContainer.BatchFile(step), _plan.Batch, value => training[value.Name], () => slots.Batch(current));
            }
            var inputs = EncryptedContainer.EvaluationInputs(_plan);
            for (var batch = 0; batch < slots.EvaluationBatches.Count; batch++)
            {
                var current = batch;
                Add(EncryptedContainer.EvaluationFile(batch), inputs, value => evaluation[value.Name], () => slots.Evaluation(current));
            }
            var manifest = new EncryptedContainerManifest
            {
                PlanId = _plan.Id,
                KeyId = _keyId.ToString(),
                DrawSha256 = source.DrawSha256,
                ExportSha256 = source.ExportSha256,
                Task = source.Task,
                Steps = steps,
                EvaluationBatches = slots.EvaluationBatches,
                Files = files,
            };
            AtomicFile.WriteText(Path.Combine(staging, EncryptedContainerManifest.FileName), manifest.ToJson());

            void Add(
                string name, IReadOnlyList<Value> values, Func<Value, int> level, Func<IReadOnlyDictionary<string, double[][]>> make)
            {
                cancellation.ThrowIfCancellationRequested();
                var path = Path.Combine(staging, name);
                ciphertexts += WriteGroups(path, values, level, make());
                files.Add(ContainerFile.Of(path));
                progress?.Report(new WorkProgress("encrypting", files.Count, total, "files"));
            }
        });
        return new ContainerSummary(ciphertexts, new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length));
    }

    private int WriteGroups(
        string path, IReadOnlyList<Value> values, Func<Value, int> level, IReadOnlyDictionary<string, double[][]> slots)
    {
        (double[] Slots, int Level)[] vectors =
            [.. values.SelectMany(value => Vectors(value, slots).Select(vector => (vector, _plan.Levels.OfCiphertext(level(value)))))];
        var ciphertexts = new Ciphertext[vectors.Length];
        try
        {
            Parallel.For(0, vectors.Length, _parallel, i =>
            {
                var (vector, at) = vectors[i];
                using var plaintext = _encoder.Encode(vector, at, _plan.Parameters.ScaleAt(at));
                ciphertexts[i] = _encryptor.Encrypt(plaintext);
            });
            CiphertextFile.Write(path, ciphertexts);
        }
        finally
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext?.Dispose();
        }
        return ciphertexts.Length;
    }

    private double[][] Vectors(Value value, IReadOnlyDictionary<string, double[][]> slots)
    {
        if (!slots.TryGetValue(value.Name, out var vectors))
            throw new ArgumentException($"the plan takes {value}, which the data does not have");
        return vectors.Length == value.Count && vectors.All(vector => vector.Length == _plan.Training.Grid.SlotCount)
            ? vectors
            : throw new ArgumentException($"the plan takes {value}, the data has {vectors.Length} vectors of {vectors[0].Length} slots");
    }
}
