using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// A plan's programs on clear slots: parameters and moments go from step to step. With a seed every value gets the noise that ciphertexts
/// are estimated to have; without one the programs compute what their polynomials say.
/// </summary>
public sealed class ClearPlanRun : IDisposable
{
    private readonly PlanFolder _plan;
    private readonly ClearGroups _groups;
    private readonly Dictionary<string, SlotVector[]> _state;

    /// <param name="plan">the programs</param>
    /// <param name="state">slots of parameters and moments before the first step, by name</param>
    /// <param name="noiseSeed">of the noise; null: none</param>
    /// <exception cref="ArgumentException">slots of a parameter or moment are missing</exception>
    public ClearPlanRun(PlanFolder plan, IReadOnlyDictionary<string, double[][]> state, int? noiseSeed = null)
    {
        _plan = plan;
        _groups = new ClearGroups(plan.Training.Grid.SlotCount, plan.Levels.RefreshedLevel)
        {
            Noise = noiseSeed is { } seed ? new InjectedNoise(NoiseOf(plan), seed) : null,
        };
        _state = plan.State.ToDictionary(value => value.Name, value => Load(value, state, FirstLevel(value)));
    }

    /// <summary>Slots of parameters and moments after the steps so far, by name.</summary>
    public IReadOnlyDictionary<string, double[][]> State =>
        _state.ToDictionary(group => group.Key, group => group.Value.Select(ClearGroups.Read).ToArray());

    /// <summary>A step of training.</summary>
    /// <param name="step">from 0: names the scalars</param>
    /// <param name="batch">slots of the step's data, by name</param>
    /// <returns>slots of the logits, before the update</returns>
    /// <exception cref="RangeViolationException">a value left its polynomial's domain or its refresh's range; names the value</exception>
    public double[][] Train(int step, IReadOnlyDictionary<string, double[][]> batch)
    {
        var outputs = Execute(_plan.Training, step, batch);
        try
        {
            foreach (var value in _plan.State)
            {
                Dispose(_state[value.Name]);
                _state[value.Name] = [.. outputs[value.Name].Select(vector => vector.Share())];
            }
            return Read(outputs);
        }
        finally
        {
            Dispose(outputs.Values.SelectMany(vectors => vectors));
        }
    }

    /// <summary>Slots of the logits of a batch under the parameters so far.</summary>
    /// <param name="batch">slots of the batch's data, by name</param>
    /// <exception cref="RangeViolationException">a value left its polynomial's domain or its refresh's range; names the value</exception>
    public double[][] Evaluate(IReadOnlyDictionary<string, double[][]> batch)
    {
        var outputs = Execute(_plan.Evaluation, 0, batch);
        try
        {
            return Read(outputs);
        }
        finally
        {
            Dispose(outputs.Values.SelectMany(vectors => vectors));
        }
    }

    public void Dispose() => Dispose(_state.Values.SelectMany(vectors => vectors));

    /// <summary>The noise of a plan's programs on ciphertexts.</summary>
    public static InstructionNoise NoiseOf(PlanFolder plan) => new(
        plan.Levels, plan.BootstrapRange is { } range ? new BootstrappingPlan(plan.Parameters, range: range) : null);

    private IReadOnlyDictionary<string, SlotVector[]> Execute(
        EncryptedProgram program, int step, IReadOnlyDictionary<string, double[][]> batch)
    {
        var levels = program.Levels!.Inputs;
        var inputs = new Dictionary<string, SlotVector[]>();
        // Groups that a program stores for want of memory lie on disk here too.
        var folder = program.Instructions.Any(instruction => instruction is Store) ? Directory.CreateTempSubdirectory("crammed-") : null;
        try
        {
            foreach (var value in program.Inputs)
            {
                inputs.Add(value.Name, _state.TryGetValue(value.Name, out var vectors)
                    ? _groups.Lower(vectors, levels[value.Name])
                    : Load(value, batch, levels[value.Name]));
            }
            return ProgramRun.Execute(program, _groups, inputs, _plan.Constants(step), folder: folder?.FullName);
        }
        finally
        {
            Dispose(inputs.Values.SelectMany(vectors => vectors));
            folder?.Delete(recursive: true);
        }
    }

    /// <summary>The highest level that a program takes a parameter or moment at.</summary>
    private int FirstLevel(Value value) =>
        Math.Max(_plan.Training.Levels!.Inputs[value.Name], _plan.Evaluation.Levels!.Inputs.GetValueOrDefault(value.Name));

    private SlotVector[] Load(Value value, IReadOnlyDictionary<string, double[][]> slots, int level) =>
        slots.TryGetValue(value.Name, out var vectors) && vectors.Length == value.Count
            ? [.. vectors.Select(vector => _groups.Load(vector, level))]
            : throw new ArgumentException($"the plan takes {value}, which the data does not have");

    private static double[][] Read(IReadOnlyDictionary<string, SlotVector[]> outputs) =>
        [.. outputs[PlanFolder.Logits].Select(ClearGroups.Read)];

    private static void Dispose(IEnumerable<SlotVector> vectors)
    {
        foreach (var vector in vectors)
            vector.Dispose();
    }
}
