using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Converter;

/// <summary>What a conversion made.</summary>
/// <param name="Ciphertexts">Ciphertexts written.</param>
/// <param name="Bytes">Bytes of all files.</param>
public sealed record ContainerSummary(int Ciphertexts, long Bytes);

/// <summary>
/// Packs and encrypts everything private that training needs: embeddings, masks and labels of every step's batch in the draw's order,
/// examples to evaluate, and the initial trained parameters. Seeded encryptions under the secret key, half the size of others.
/// </summary>
public sealed class ContainerWriter
{
    private readonly CkksParameters _parameters;
    private readonly CircuitSettings _run;
    private readonly CkksEncoder _encoder;
    private readonly Encryptor _encryptor;
    private readonly ParallelOptions _parallel;
    private readonly KeyId _keyId;
    private int _ciphertexts;

    public ContainerWriter(CkksParameters parameters, SecretKey secret, CircuitSettings run)
    {
        _parameters = parameters;
        _run = run;
        _encoder = new CkksEncoder(parameters);
        _encryptor = new Encryptor(secret);
        _keyId = secret.KeyId;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = run.Threads };
    }

    /// <summary>Writes a container.</summary>
    /// <param name="folder">An empty or new folder.</param>
    /// <param name="draw">Initial parameters, batch order, dropout masks.</param>
    /// <param name="train">Exported training examples.</param>
    /// <param name="evaluation">Examples to evaluate under encryption, in batches of the draw's size.</param>
    /// <param name="progress">Told after each file.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="InvalidDataException">The examples do not fit the draw.</exception>
    public ContainerSummary Write(
        string folder, FineTuningDraw draw, EncryptableSplit train, IReadOnlyList<PackedExample> evaluation,
        IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        Check(draw, train);
        var batches = evaluation.Chunk(draw.Settings.BatchSize).ToArray();
        var manifest = new ContainerManifest
        {
            KeyId = _keyId.ToString(),
            ParameterSet = _parameters.Name,
            Security = _parameters.SecurityDescription,
            Task = train.Description.Task,
            Settings = draw.Settings,
            Shape = draw.Shape,
            EvaluationBatches = [.. batches.Select(batch => batch.Length)],
        };
        var layout = manifest.Layout(_parameters.SlotCount);
        if (draw.Settings.BatchSize > layout.SlotAxis(SlotLayout.Example).Size)
        {
            throw new InvalidDataException(
                $"batch size {draw.Settings.BatchSize} is more than the {layout.SlotAxis(SlotLayout.Example).Size} examples "
                + $"that {_parameters.Name} holds; make a draw with a smaller batch.");
        }
        Directory.CreateDirectory(folder);
        var total = draw.Settings.Steps + batches.Length + 1;
        for (var step = 0; step < draw.Settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var examples = draw.Batch(step).ToArray().Select(index => train.Examples[(int)index]).ToArray();
            WriteBatch(Path.Combine(folder, ContainerFiles.Batch(step)), layout, draw.Shape.Hidden, examples);
            progress?.Report(new WorkProgress("encrypting", step + 1, total, "files"));
        }
        for (var batch = 0; batch < batches.Length; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            var unlabelled = batches[batch].Select(example => example with { Label = 0 }).ToArray();
            WriteBatch(Path.Combine(folder, ContainerFiles.Evaluation(batch)), layout, draw.Shape.Hidden, unlabelled);
            progress?.Report(new WorkProgress("encrypting", draw.Settings.Steps + batch + 1, total, "files"));
        }
        WriteParameters(Path.Combine(folder, ContainerFiles.Parameters), draw);
        WriteDropout(folder, draw);
        // The manifest comes last: without it a folder is no container.
        File.WriteAllText(Path.Combine(folder, ContainerManifest.FileName), manifest.ToJson());
        progress?.Report(new WorkProgress("encrypting", total, total, "files"));
        return new ContainerSummary(_ciphertexts, new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length));
    }

    private static void Check(FineTuningDraw draw, EncryptableSplit train)
    {
        var description = train.Description;
        if (draw.TrainingExamples > train.Examples.Count)
            throw new InvalidDataException($"the draw draws from {draw.TrainingExamples} training examples, the export has {train.Examples.Count}.");
        if (description.Hidden != draw.Shape.Hidden || description.SequenceLength != draw.Shape.SequenceLength)
        {
            throw new InvalidDataException(
                $"the export has {description.SequenceLength} tokens of width {description.Hidden}, "
                + $"the draw {draw.Shape.SequenceLength} of width {draw.Shape.Hidden}; export with the draw's model.");
        }
    }

    private void WriteBatch(string path, SlotLayout layout, int hidden, IReadOnlyList<PackedExample> examples) =>
        WriteEncrypted(path, [.. BatchPacker.Pack(layout, hidden, examples)], _run.DataLevel);

    private void WriteParameters(string path, FineTuningDraw draw)
    {
        var layout = ModelLoader.Parameters(draw.Shape, draw.Settings, _parameters.SlotCount);
        var values = draw.Tensors.ToDictionary(tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value));
        WriteEncrypted(path, [layout.Pack(name => values[name])], _run.MaxLevel);
    }

    private void WriteEncrypted(string path, double[][] vectors, int level)
    {
        var ciphertexts = new Ciphertext[vectors.Length];
        Parallel.For(0, vectors.Length, _parallel, i =>
        {
            using var plaintext = _encoder.Encode(vectors[i], level, _parameters.ScaleAt(level));
            ciphertexts[i] = _encryptor.Encrypt(plaintext);
        });
        CiphertextFile.Write(path, ciphertexts);
        _ciphertexts += ciphertexts.Length;
        foreach (var ciphertext in ciphertexts)
            ciphertext.Dispose();
    }

    private static void WriteDropout(string folder, FineTuningDraw draw)
    {
        if (draw.AdapterDropout is null)
            return;
        var writer = new SafetensorsWriter();
        writer.AddUInt8(ContainerFiles.DropoutTensor, [draw.AdapterDropout.Length], draw.AdapterDropout);
        writer.Write(Path.Combine(folder, ContainerFiles.Dropout));
    }
}
