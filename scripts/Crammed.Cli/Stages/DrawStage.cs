using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What a draw is drawn from. Paths are absolute.</summary>
internal sealed record DrawInput
{
    /// <summary>The checkpoint, whose sizes the adapters have.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported training split: its number of examples bounds the batches, its task gives the classes.</summary>
    public required string TrainFolder { get; init; }

    /// <summary>Hyperparameters.</summary>
    public required FineTuningSettings Settings { get; init; }

    /// <summary>Fixes everything random.</summary>
    public required long Seed { get; init; }

    /// <summary>Widths p and m of the head; null: those of the checkpoint.</summary>
    public (int Projection, int Hidden)? Head { get; init; }
}

/// <summary>Drawing: draws all that is random about a fine-tuning run, so that every party trains the same way.</summary>
internal sealed class DrawStage
{
    private DrawStage(FineTuningDraw draw) => Draw = draw;

    /// <summary>The draw, drawn but not written yet.</summary>
    public FineTuningDraw Draw { get; }

    /// <summary>Checks model and data and makes the draw.</summary>
    /// <exception cref="FileNotFoundException">The model or the training split is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the split does not belong to the model.</exception>
    /// <exception cref="ArgumentException">A setting is out of its range, or a batch needs more examples than there are.</exception>
    public static DrawStage Load(DrawInput input)
    {
        SettingsRange.Check(input.Settings);
        var split = ExportedSplit.Open(input.TrainFolder, TaskSplit.Train, input.ModelFolder, needsEmbeddings: false);
        var configuration = ModelFolder.Configuration(input.ModelFolder) with { Classes = split.Description.Classes };
        if (input.Head is var (projection, hidden))
            configuration = configuration with { HeadProjection = projection, HeadHidden = hidden };
        if (split.Count < input.Settings.BatchSize)
        {
            throw new ArgumentException(
                $"{input.TrainFolder}: {split.Count} examples, fewer than a batch of {input.Settings.BatchSize}; "
                + "lower the batch or export more");
        }
        var largestScore = configuration.Classes == 0 ? split.Read().Labels().Max(Math.Abs) : 0;
        return new DrawStage(FineTuningDraw.Create(input.Seed, input.Settings, configuration, split.Count, largestScore));
    }

    /// <summary>Writes FOLDER/draw.safetensors.</summary>
    public DrawOutcome Run(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, StageFiles.Draw);
        Draw.Write(path);
        var parameters = Draw.Tensors.Sum(tensor => tensor.Values.LongLength);
        return new DrawOutcome(path, Draw, parameters);
    }
}

/// <summary>What drawing wrote.</summary>
/// <param name="DrawFile">The file.</param>
/// <param name="Draw">What is in it.</param>
/// <param name="TrainedParameters">Numbers that the run trains: adapters and head.</param>
internal sealed record DrawOutcome(string DrawFile, FineTuningDraw Draw, long TrainedParameters);
