using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Converter;

/// <summary>
/// The key holder's knowledge of a plan's model: how a task's examples and the trained tensors lie in the slots of the programs' inputs and
/// outputs.
/// </summary>
public sealed class TaskPacking
{
    private readonly CheckpointModel _model;
    private readonly TrainingGraph _graph;
    private readonly PackedParameters _packed;
    private readonly SlotGrid _grid;

    /// <param name="model">the plan's</param>
    /// <param name="grid">slots of the plan</param>
    /// <param name="examples">of a step; null for as many as the grid has</param>
    /// <exception cref="ArgumentException">the model does not fit in the grid</exception>
    public TaskPacking(CheckpointModel model, SlotGrid grid, int? examples = null)
    {
        (_model, _graph, _grid) = (model, model.Graph(grid, examples), grid);
        _packed = new PackedParameters(_graph);
    }

    /// <summary>That of a plan's checkpoint.</summary>
    /// <param name="plan">the plan</param>
    /// <param name="modelFolder">the checkpoint that it was made from</param>
    /// <exception cref="FileNotFoundException">a file of the checkpoint is missing</exception>
    /// <exception cref="InvalidDataException">the checkpoint is malformed, or another one; the message is one line</exception>
    public static TaskPacking Of(PlanFolder plan, string modelFolder)
    {
        var weights = Path.Combine(modelFolder, CheckpointFiles.Weights);
        if (FileHash.Sha256(weights) != plan.Manifest.ModelSha256)
            throw new InvalidDataException($"{weights} is not what {plan.Folder} was planned for; plan again with this model");
        var model = CheckpointModel.Load(
            modelFolder, plan.Manifest.Settings, plan.Manifest.Shape, plan.Levels.RefreshedLevel, rewrites: plan.Manifest.Rewrites);
        return new TaskPacking(model, plan.Training.Grid, plan.IsEvaluationAlone ? null : plan.Manifest.Settings.BatchSize);
    }

    /// <summary>Slots of the graph's inputs for a training batch: labels and weights of examples among them.</summary>
    /// <exception cref="ArgumentException">no examples, too many, or one of another size</exception>
    public IReadOnlyDictionary<string, double[][]> Batch(IReadOnlyList<PackedExample> examples)
    {
        var values = BatchInputs.Of(_model, _graph, examples);
        return _graph.Graph.Inputs.Where(input => values.ContainsKey(input.Name))
            .ToDictionary(input => input.Name, input => input.Layout.Pack(values[input.Name]));
    }

    /// <summary>Slots of parameters and moments before the first step: moments are zero.</summary>
    /// <param name="trained">row-major values by name (<see cref="PackedParameters"/>)</param>
    /// <exception cref="KeyNotFoundException">a trained tensor is missing</exception>
    public IReadOnlyDictionary<string, double[][]> State(IReadOnlyDictionary<string, double[]> trained)
    {
        var batch = Batch([Blank()]);
        return BatchInputs.Pack(_graph, new Dictionary<string, double[]>(), trained)
            .Where(input => !batch.ContainsKey(input.Key)).ToDictionary();
    }

    /// <summary>A container's data from a draw and exported examples.</summary>
    /// <param name="plan">that the draw is for</param>
    /// <param name="draw">initial parameters and batch order</param>
    /// <param name="train">training examples in the order of the export</param>
    /// <param name="evaluation">examples to evaluate, whose labels are left out</param>
    /// <exception cref="InvalidDataException">they do not belong together; the message is one line</exception>
    public ContainerSlots Data(
        PlanFolder plan, FineTuningDraw draw, IReadOnlyList<PackedExample> train, IReadOnlyList<PackedExample> evaluation)
    {
        if (draw.Settings != plan.Manifest.Settings || draw.Shape != plan.Manifest.Shape)
        {
            throw new InvalidDataException(
                $"{plan.Folder} was planned for a draw of other hyperparameters or sizes; plan again with this draw");
        }
        if (draw.TrainingExamples != train.Count)
            throw new InvalidDataException($"the draw is for {draw.TrainingExamples} training examples, the export has {train.Count}");
        return Slots(
            TrainedWeights.Initial(draw), evaluation, step => Batch([.. draw.Batch(step).ToArray().Select(index => train[(int)index])]));
    }

    /// <summary>A container's data from trained weights and examples to evaluate: nothing to train on.</summary>
    /// <param name="plan">that the weights are for</param>
    /// <param name="weights">adapters and head</param>
    /// <param name="evaluation">examples to evaluate, whose labels are left out</param>
    /// <exception cref="InvalidDataException">they do not belong together; the message is one line</exception>
    public ContainerSlots Evaluation(PlanFolder plan, TrainedWeights weights, IReadOnlyList<PackedExample> evaluation)
    {
        if (weights.Shape != plan.Manifest.Shape || weights.Settings.Rank != plan.Manifest.Settings.Rank)
            throw new InvalidDataException($"{plan.Folder} was planned for weights of other sizes; plan again with these");
        return Slots(weights, evaluation, _ => throw new InvalidOperationException("there is no step to train")) with { Trains = false };
    }

    private ContainerSlots Slots(
        TrainedWeights weights, IReadOnlyList<PackedExample> evaluation, Func<int, IReadOnlyDictionary<string, double[][]>> batch)
    {
        var batches = evaluation.Chunk(_grid.Examples).ToArray();
        return new ContainerSlots(
            () => State(CheckpointModel.Trained(weights)), batch, [.. batches.Select(examples => examples.Length)],
            index => Batch([.. batches[index].Select(example => example with { Label = 0 })]));
    }

    /// <summary>Logits [example][class] from the slots of the logits' group, of one micro-batch or of all.</summary>
    /// <param name="slots">of each vector</param>
    /// <param name="examples">how many places hold examples</param>
    public double[][] Logits(IReadOnlyList<double[]> slots, int examples)
    {
        var layout = _graph.Logits.Layout;
        var values = slots.Chunk(layout.VectorCount).SelectMany(batch => layout.Unpack(batch)).ToArray();
        return [.. values.Chunk(values.Length / (slots.Count / layout.VectorCount * _grid.Examples)).Take(examples)];
    }

    /// <summary>Trained tensors by name from the slots of the packed parameters.</summary>
    public IReadOnlyDictionary<string, double[]> Trained(IReadOnlyDictionary<string, double[][]> state)
    {
        var trained = new Dictionary<string, double[]>();
        foreach (var parameter in _graph.Graph.Parameters)
            _packed.Unpack(parameter, parameter.Layout.Unpack(state[parameter.Name]), trained);
        return trained;
    }

    private PackedExample Blank() => new(new float[_grid.Tokens * _graph.Shape.Hidden], new int[_grid.Tokens], 0);
}
