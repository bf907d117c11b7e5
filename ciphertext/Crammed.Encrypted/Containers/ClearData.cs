using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Encrypted.Containers;

/// <summary>The same batches in clear slots, for runs of the circuit without encryption.</summary>
public sealed class ClearData : IDisposable
{
    private readonly FineTuningDraw _draw;
    private readonly CircuitSettings _run;
    private readonly AdapterFactorSource _factors;
    private readonly double[] _parameters;
    private readonly double[][][] _batches;

    /// <param name="draw">Initial parameters, batch order, dropout masks.</param>
    /// <param name="step">The circuit.</param>
    /// <param name="run">Its levels.</param>
    /// <param name="factors">Adapter factors; taken over.</param>
    /// <param name="exampleAt">Training example by index.</param>
    public ClearData(
        FineTuningDraw draw, TrainingStep step, CircuitSettings run, AdapterFactorSource factors, Func<int, PackedExample> exampleAt)
    {
        (_draw, _run, _factors) = (draw, run, factors);
        _parameters = PackInitial(draw, step);
        _batches = [.. Enumerable.Range(0, draw.Settings.Steps).Select(index => BatchPacker.Pack(
            step.Layout, draw.Shape.Hidden, [.. draw.Batch(index).ToArray().Select(example => exampleAt((int)example))]).ToArray())];
    }

    /// <summary>The draw's initial parameters as packed slot values.</summary>
    public static double[] PackInitial(FineTuningDraw draw, TrainingStep step)
    {
        var values = draw.Tensors.ToDictionary(tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value));
        return step.Model.Parameters.Pack(name => values[name]);
    }

    /// <summary>This data on a backend.</summary>
    public ITrainingData On(ClearBackend backend) => new View(this, backend);

    public void Dispose() => _factors.Dispose();

    private sealed class View(ClearData data, ClearBackend backend) : ITrainingData
    {
        public SlotVector InitialParameters() => backend.Load(data._parameters, data._run.MaxLevel);

        public TrainingBatch Batch(int step)
        {
            var vectors = data._batches[step].Select(values => backend.Load(values, data._run.DataLevel)).ToArray();
            var dropout = data._draw.AdapterDropout is not null;
            var factors = dropout ? data._factors.WithDropout(data._draw.DropoutMasks(step).ToArray()) : data._factors.WithoutDropout;
            return new TrainingBatch(vectors[..^2], vectors[^2], vectors[^1], factors) { OwnsFactors = dropout };
        }

        public TrainingBatch Evaluation(int batch) => throw new NotSupportedException("Clear data holds training batches only.");
    }
}
