namespace Crammed.Model;

/// <summary>
/// Everything random about an adapter fine-tuning run, drawn once and written to a safetensors file, so that a run in plaintext and
/// the encrypted one start from the same adapters and see the same examples and dropout masks.
/// Tensors: <c>layer{l}.{query|key|value}.lora_a</c> [hidden, rank] and <c>.lora_b</c> [rank, hidden] (float32),
/// <c>head.projection.weight</c> [hidden, p], <c>head.dense.weight</c> [p, m], <c>head.classifier.weight</c> [m, outputs] and their
/// <c>.bias</c> (float32, all [in, out]), <c>batch_order</c> int64 [steps, batch] of training example indices, and
/// <c>adapter_dropout</c> U8 [steps, layers * 3, batch, sequence, rank] (1 = kept, to be divided by 1 - p; absent without dropout;
/// axis 1 is <see cref="FineTuningShape.AdapterIndex"/>). Metadata: format, hyperparameters (JSON), shape (JSON), seed, training_examples.
/// </summary>
public sealed class FineTuningDraw
{
    internal FineTuningDraw(
        FineTuningSettings settings,
        FineTuningShape shape,
        long seed,
        int trainingExamples,
        IReadOnlyList<DrawTensor> tensors,
        long[] batchOrder,
        byte[]? adapterDropout)
    {
        Settings = settings;
        Shape = shape;
        Seed = seed;
        TrainingExamples = trainingExamples;
        Tensors = tensors;
        BatchOrder = batchOrder;
        AdapterDropout = adapterDropout;
    }

    public FineTuningSettings Settings { get; }

    public FineTuningShape Shape { get; }

    /// <summary>What the random parts were drawn from.</summary>
    public long Seed { get; }

    /// <summary>Number of training examples that the batch order points into.</summary>
    public int TrainingExamples { get; }

    /// <summary>Initial adapters, layer by layer, then the head.</summary>
    public IReadOnlyList<DrawTensor> Tensors { get; }

    /// <summary>Training example indices, row-major [steps][batch].</summary>
    public long[] BatchOrder { get; }

    /// <summary>1 = kept, 0 = dropped, row-major [steps][layers * 3][batch][sequence][rank]; null without dropout.</summary>
    public byte[]? AdapterDropout { get; }

    /// <summary>The example indices of one step.</summary>
    public ReadOnlySpan<long> Batch(int step) => BatchOrder.AsSpan(step * Settings.BatchSize, Settings.BatchSize);

    /// <summary>The dropout masks of one step, row-major [layers * 3][batch][sequence][rank].</summary>
    /// <exception cref="InvalidOperationException">The draw has none.</exception>
    public ReadOnlySpan<byte> DropoutMasks(int step)
    {
        var masks = AdapterDropout ?? throw new InvalidOperationException("this draw has no adapter dropout");
        var size = masks.Length / Settings.Steps;
        return masks.AsSpan(step * size, size);
    }

    /// <summary>
    /// Makes a draw: initial values as <see cref="InitialWeights.Draw"/> says, examples from one random permutation after another,
    /// independent dropout masks. The same arguments give the same draw everywhere.
    /// </summary>
    /// <param name="seed">Fixes everything.</param>
    /// <param name="settings">Hyperparameters.</param>
    /// <param name="configuration">The model's, with the task's classes.</param>
    /// <param name="trainingExamples">What batches are drawn of.</param>
    /// <param name="largestScore">As <see cref="FineTuningShape.LargestScore"/>.</param>
    /// <exception cref="ArgumentException">A setting or size out of its range, or masks beyond 2^31 values.</exception>
    public static FineTuningDraw Create(
        long seed, FineTuningSettings settings, BertConfiguration configuration, int trainingExamples, double largestScore = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trainingExamples);
        SettingsRange.Check(settings);
        configuration.Validate();
        var shape = FineTuningShape.Of(configuration) with { LargestScore = largestScore };
        var tensors = shape.TensorShapes(settings.Rank)
            .Select((tensor, index) => InitialWeights.Draw(tensor.Name, tensor.Shape, new SeededRandom(seed, "tensor", index)))
            .ToList();
        var order = DrawBatchOrder(seed, settings, trainingExamples);
        var dropout = settings.AdapterDropout > 0 ? DrawDropout(new SeededRandom(seed, "dropout"), settings, shape) : null;
        return new FineTuningDraw(settings, shape, seed, trainingExamples, tensors, order, dropout);
    }

    /// <summary>Reads and checks a draw.</summary>
    /// <exception cref="InvalidDataException">
    /// Malformed file; missing, unknown or wrongly shaped tensors; indices or masks out of range.
    /// </exception>
    public static FineTuningDraw Read(string path) => FineTuningDrawFile.Read(path);

    /// <summary>Writes the draw (atomically).</summary>
    public void Write(string path) => FineTuningDrawFile.Write(this, path);

    internal static long[] DropoutShape(FineTuningSettings settings, FineTuningShape shape) =>
        [settings.Steps, shape.AdapterCount, settings.BatchSize, shape.SequenceLength, settings.Rank];

    private static long[] DrawBatchOrder(long seed, FineTuningSettings settings, int trainingExamples)
    {
        var epochs = new EpochOrder(trainingExamples, seed, "batch order");
        var order = new long[checked(settings.Steps * settings.BatchSize)];
        for (var i = 0; i < order.Length; i++)
            order[i] = epochs.Next();
        return order;
    }

    private static byte[] DrawDropout(SeededRandom random, FineTuningSettings settings, FineTuningShape shape)
    {
        var count = DropoutShape(settings, shape).Aggregate(1L, (product, size) => checked(product * size));
        if (count > Array.MaxLength)
            throw new ArgumentException(
                $"adapter_dropout is on and its masks would hold {count} values; use fewer steps or a smaller batch");
        var masks = new byte[count];
        for (var i = 0; i < masks.Length; i++)
            masks[i] = random.NextDouble() >= settings.AdapterDropout ? (byte)1 : (byte)0;
        return masks;
    }
}

/// <summary>Initial values of one trained tensor, row-major.</summary>
public sealed record DrawTensor(string Name, IReadOnlyList<long> Shape, float[] Values);
