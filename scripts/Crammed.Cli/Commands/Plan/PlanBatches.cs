using Crammed.Bert;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Models;
using Crammed.Model;
using Crammed.Tables;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Commands.Plan;

/// <summary>A step that shows how large a program's values are.</summary>
/// <param name="Number">From 1; the optimizer's scalars depend on it.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="Examples">Its batch.</param>
internal sealed record PlanStep(int Number, double LearningRate, IReadOnlyList<PackedExample> Examples);

/// <summary>Steps of training that show how large a program's values are.</summary>
/// <param name="Source">Where they come from, for people.</param>
/// <param name="Trained">Trained tensors before the first, by name.</param>
/// <param name="Steps">One after the other.</param>
internal sealed record PlanBatches(string Source, IReadOnlyDictionary<string, double[]> Trained, IReadOnlyList<PlanStep> Steps)
{
    /// <summary>
    /// Steps after which gradients of adapters are as large as they will be; trained tensors that begin at zero are drawn at the size of as many
    /// updates, where tokens are random.
    /// </summary>
    private const int EarlierSteps = 5;

    /// <summary>The first steps of the draw on an export, as they will be trained, or random tokens through the checkpoint's embedding with random labels.</summary>
    /// <exception cref="FileNotFoundException">The export is missing.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or does not belong to the model.</exception>
    public static PlanBatches Of(PlanInput input, string? export, int steps, int seed) => export is null
        ? Random(input, steps, seed)
        : Exported(input, Path.Combine(export, StageFiles.Train), steps);

    /// <summary>The first batches of exported examples, under trained weights.</summary>
    /// <exception cref="FileNotFoundException">The export is missing.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static PlanBatches Evaluated(PlanInput input, EvaluationRequest request, int most)
    {
        var batches = ExportedTaskReader.Open(request.Folder).Examples().Select(Packed).Chunk(input.StepExamples).Take(most).ToArray();
        return new PlanBatches(
            $"{batches.Sum(batch => batch.Length)} of the examples to evaluate, in batches of {input.StepExamples}",
            CheckpointModel.Trained(request.Weights),
            [.. batches.Select(batch => new PlanStep(1, input.Draw.Settings.LearningRate, batch))]);
    }

    /// <summary>
    /// Trained tensors as they may be after some steps: what a draw begins at zero, the adapters' B and the classifier, is uniform up to
    /// what as many updates of a learning rate come to, the optimizer's update being at most the rate.
    /// </summary>
    private static IReadOnlyDictionary<string, double[]> AfterEarlierSteps(FineTuningDraw draw, int seed)
    {
        var random = new Random(seed);
        var bound = EarlierSteps * draw.Settings.LearningRate;
        return CheckpointModel.Trained(draw).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Any(value => value != 0)
                ? pair.Value
                : [.. pair.Value.Select(_ => bound * (2 * random.NextDouble() - 1))]);
    }

    private static PlanBatches Exported(PlanInput input, string folder, int mostSteps)
    {
        var split = ExportedSplit.Open(folder, TaskSplit.Train, input.ModelFolder);
        var draw = input.Draw;
        if (split.Count != draw.TrainingExamples)
        {
            throw new InvalidDataException(
                $"{folder}: {split.Count} examples, and the draw is for {draw.TrainingExamples}; draw anew for this export");
        }
        // Gradients of adapters begin at zero: what they come to is seen after a few updates, beyond a short draw's end if need be.
        var steps = Math.Min(mostSteps, Math.Max(draw.Settings.Steps, EarlierSteps + 1));
        var wanted = Enumerable.Range(0, steps).SelectMany(step => draw.Batch(step % draw.Settings.Steps).ToArray()).ToHashSet();
        // Draws count places in the export; an example's index is that of its split.
        var examples = ExportedTaskReader.Open(folder).Examples().Select((example, place) => (Place: (long)place, Example: example))
            .Where(item => wanted.Contains(item.Place)).ToDictionary(item => item.Place, item => Packed(item.Example));
        return new PlanBatches(
            $"{steps} steps on {split.Description.Task}, of a draw of {draw.Settings.Steps}", CheckpointModel.Trained(draw),
            [
                .. Enumerable.Range(0, steps).Select(step => new PlanStep(
                    step + 1, draw.Settings.LearningRateAt(step % draw.Settings.Steps),
                    [.. draw.Batch(step % draw.Settings.Steps).ToArray().Select(place => examples[place])])),
            ]);
    }

    private static PackedExample Packed(ExportedExample example) => new(
        example.Embedding ?? throw new InvalidDataException("the export has no embeddings; export the task again"), example.AttentionMask,
        example.Label);

    private static PlanBatches Random(PlanInput input, int steps, int seed)
    {
        var (tokens, examples) = (input.Model.SequenceLength, input.StepExamples);
        using var model = Checkpoint.Load(input.ModelFolder);
        var random = new Random(seed);
        return new PlanBatches(
            $"random tokens, {steps} batches, at least half a sequence, with random labels; adapters' B and the classifier drawn at the size of "
            + $"{EarlierSteps} updates",
            AfterEarlierSteps(input.Draw, seed), [.. Enumerable.Range(0, steps).Select(Step)]);

        // The first step's scalars make moments of the whole gradient; later ones' are those of the state that was drawn.
        PlanStep Step(int step) => new(
            step == 0 ? 1 : EarlierSteps + step, input.Draw.Settings.LearningRate,
            [.. Enumerable.Range(0, examples).Select(_ => Example())]);

        PackedExample Example()
        {
            var length = tokens / 2 + random.Next(tokens - tokens / 2 + 1);
            var vocabulary = model.Configuration.VocabularySize;
            long[] ids = [.. Enumerable.Range(0, tokens).Select(token => token < length ? (long)random.Next(vocabulary) : 0)];
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            var embedding = model.Embed(torch.tensor(ids, [1, tokens])).contiguous().data<float>().ToArray();
            return new PackedExample(embedding, [.. Enumerable.Range(0, tokens).Select(token => token < length ? 1 : 0)], random.Next(Math.Max(2, input.Draw.Shape.Classes)));
        }
    }
}
