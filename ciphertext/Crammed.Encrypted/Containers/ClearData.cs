using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Encrypted.Containers;

/// <summary>The same batches in clear slots, for runs of the circuit without encryption.</summary>
public sealed class ClearData : IDisposable
{
    private readonly FineTuningPlan _plan;
    private readonly CircuitSettings _run;
    private readonly AdapterFactorSource _factors;
    private readonly double[] _parameters;
    private readonly double[][][] _batches;

    /// <param name="plan">Initial parameters, batch order, dropout masks.</param>
    /// <param name="step">The circuit.</param>
    /// <param name="run">Its levels.</param>
    /// <param name="factors">Adapter factors; taken over.</param>
    /// <param name="exampleAt">Training example by index.</param>
    public ClearData(
        FineTuningPlan plan, TrainingStep step, CircuitSettings run, AdapterFactorSource factors, Func<int, PackedExample> exampleAt)
    {
        (_plan, _run, _factors) = (plan, run, factors);
        _parameters = PackInitial(plan, step);
        _batches = [.. Enumerable.Range(0, plan.Settings.Steps).Select(index => BatchPacker.Pack(
            step.Layout, plan.Shape.Hidden, [.. plan.Batch(index).ToArray().Select(example => exampleAt((int)example))]).ToArray())];
    }

    /// <summary>The plan's initial parameters as packed slot values.</summary>
    public static double[] PackInitial(FineTuningPlan plan, TrainingStep step)
    {
        var values = plan.Tensors.ToDictionary(tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value));
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
            bool dropout = data._plan.AdapterDropout is not null;
            var factors = dropout ? data._factors.WithDropout(data._plan.DropoutMasks(step).ToArray()) : data._factors.WithoutDropout;
            return new TrainingBatch(vectors[..^2], vectors[^2], vectors[^1], factors) { OwnsFactors = dropout };
        }

        public TrainingBatch Evaluation(int batch) => throw new NotSupportedException("Clear data holds training batches only.");
    }
}
