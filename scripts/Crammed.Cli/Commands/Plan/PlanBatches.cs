using Crammed.Bert;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Models;
using Crammed.Model;
using Crammed.Tables;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Commands.Plan;

/// <summary>Batches that show how large a program's values are.</summary>
/// <param name="Source">Where they come from, for people.</param>
/// <param name="Batches">One a step.</param>
internal sealed record PlanBatches(string Source, IReadOnlyList<IReadOnlyList<PackedExample>> Batches)
{
    /// <summary>Steps whose updates the trained tensors that begin at zero are drawn at the size of.</summary>
    public const int EarlierSteps = 5;

    /// <summary>The draw's batches of an export, or random tokens through the checkpoint's embedding with random labels.</summary>
    /// <exception cref="FileNotFoundException">The export is missing.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or does not belong to the model.</exception>
    public static PlanBatches Of(PlanInput input, string? export, int steps, int seed) => export is null
        ? Random(input, steps, seed)
        : Exported(input, Path.Combine(export, StageFiles.Train), steps);

    /// <summary>
    /// Trained tensors as they may be after some steps: what a draw begins at zero, the adapters' B and the classifier, is uniform up to what
    /// as many updates of a learning rate come to, the optimizer's update being at most the rate.
    /// </summary>
    public static IReadOnlyDictionary<string, double[]> Trained(FineTuningDraw draw, int seed)
    {
        var random = new Random(seed);
        var bound = EarlierSteps * draw.Settings.LearningRate;
        return CheckpointModel.Trained(draw).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Any(value => value != 0)
                ? pair.Value
                : [.. pair.Value.Select(_ => bound * (2 * random.NextDouble() - 1))]);
    }

    private static PlanBatches Exported(PlanInput input, string folder, int steps)
    {
        var split = ExportedSplit.Open(folder, TaskSplit.Train, input.ModelFolder);
        var draw = input.Draw;
        if (split.Count != draw.TrainingExamples)
            throw new InvalidDataException($"{folder}: {split.Count} examples, and the draw is for {draw.TrainingExamples}; draw anew for this export");
        if (steps > draw.Settings.Steps)
            throw new ArgumentException($"the draw has {draw.Settings.Steps} steps, fewer than calibration_steps={steps}");
        var wanted = Enumerable.Range(0, steps).SelectMany(step => draw.Batch(step).ToArray()).ToHashSet();
        // Draws count places in the export; an example's index is that of its split.
        var examples = ExportedTaskReader.Open(folder).Examples().Select((example, place) => (Place: (long)place, Example: example))
            .Where(item => wanted.Contains(item.Place)).ToDictionary(item => item.Place, item => Packed(item.Example));
        return new PlanBatches(
            $"the first {steps} batches of {split.Description.Task}",
            [.. Enumerable.Range(0, steps).Select(step => draw.Batch(step).ToArray().Select(place => examples[place]).ToArray())]);
    }

    private static PackedExample Packed(ExportedExample example) => new(
        example.Embedding ?? throw new InvalidDataException("the export has no embeddings; export the task again"), example.AttentionMask,
        example.Label);

    private static PlanBatches Random(PlanInput input, int steps, int seed)
    {
        var (tokens, examples) = (input.Model.SequenceLength, input.StepExamples);
        using var model = Checkpoint.Load(input.ModelFolder);
        var random = new Random(seed);
        var batches = Enumerable.Range(0, steps).Select(_ => Enumerable.Range(0, examples).Select(_ => Example()).ToArray()).ToArray();
        return new PlanBatches("random tokens, at least half a sequence, with random labels", batches);

        PackedExample Example()
        {
            var length = tokens / 2 + random.Next(tokens - tokens / 2 + 1);
            long[] ids = [.. Enumerable.Range(0, tokens).Select(token => token < length ? (long)random.Next(model.Configuration.VocabularySize) : 0)];
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            var embedding = model.Embed(torch.tensor(ids, [1, tokens])).contiguous().data<float>().ToArray();
            return new PackedExample(embedding, [.. Enumerable.Range(0, tokens).Select(token => token < length ? 1 : 0)], random.Next(2));
        }
    }
}
