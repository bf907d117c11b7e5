using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// Many steps of a planned program on clear slots with the noise of N = 2^16 (N16QP1746), its states going round: what leaves a domain is an
/// error. Beside it the same training in plain arithmetic, with libtorch's gradients.
/// </summary>
internal sealed class SimulatedTrainingTests
{
    private const double Rate = 0.01;
    private const double LossScale = 256;
    private static readonly SlotGrid Grid = new(16, 8, 4);
    private static readonly ModelShape Shape = new(2, 24, 4, 24, 5, 2, 8, 32, 2);

    /// <summary>
    /// The relative difference that is allowed between what the steps change: gradients are within 2^-10 of autograd's by noise and polynomials
    /// (<see cref="TinyStep"/>), the inverse root is within 2^-10 of its function, and differences of parameters feed back into gradients.
    /// </summary>
    private const double Tolerance = 1.0 / 64;

    [Test]
    public void Fifty_steps_stay_in_their_domains_and_go_where_plain_training_goes() => Check(Shape, null, steps: 50);

    /// <summary>The paper's architecture: 9 squarings in place of exp, ReLU of degrees 15, 15 and 27 in both layers' gates.</summary>
    [Test]
    public void Steps_with_kernels_in_place_of_exp_and_ReLU_go_there_too()
    {
        var relu = new RectifiedLinear(6);
        StepFunction[] gates = [.. Enumerable.Range(0, Shape.Layers).Select(layer => new StepFunction($"gate{layer}", relu))];
        Check(Shape with { KernelPowers = [9, 9] }, gates, steps: 10);
    }

    private static void Check(ModelShape shape, StepFunction[]? gates, int steps)
    {
        var reference = new ReferenceModel(shape, Grid, seed: 3) { Gates = gates };
        var random = new Random(4);
        ReferenceBatch[] batches = [.. Enumerable.Range(0, 8).Select(_ => ReferenceBatch.Random(random, Grid, shape, Grid.Examples))];
        var bound = 2 * batches.Max(batch => reference.Run(batch).Gradients.Values.Max(gradient => gradient.Max(Math.Abs)));
        var optimizer = new AdamWHe(0.9, 0.999, 0.01 * bound * bound, 0.01, bound);
        var model = new GraphedModel(reference, shape, Grid, GraphedModel.Polynomials(shape.Layers, shape.Classes, low: 0.1, high: 8, degree: 63));
        model.Training.AddUpdate(optimizer);
        var start = Flat(reference.Trained.ToDictionary(pair => pair.Key, pair => pair.Value.Values));
        var simulated = Flat(Simulate(model, reference, batches, optimizer, steps));
        var plain = Flat(TrainPlainly(reference, batches, optimizer, steps));
        var moved = plain.Zip(start, (x, y) => (x - y) * (x - y)).Sum();
        var apart = plain.Zip(simulated, (x, y) => (x - y) * (x - y)).Sum();
        TestContext.Out.WriteLine($"difference of what {steps} steps change: 2^{Math.Log2(Math.Sqrt(apart / moved)):F1}");
        Assert.That(moved, Is.GreaterThan(0));
        Assert.That(Math.Sqrt(apart / moved), Is.LessThan(Tolerance));
    }

    private const int CalibrationSteps = 20;

    private static Dictionary<string, double[]> Simulate(
        GraphedModel model, ReferenceModel reference, ReferenceBatch[] batches, AdamWHe optimizer, int steps)
    {
        var parameters = CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping);
        var program = Planned(model, reference, batches, optimizer, parameters);
        var plan = new BootstrappingPlan(parameters, range: program.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges).Max());
        var levels = CkksLevels.ForBootstrapping(plan);
        var noise = new InjectedNoise(new InstructionNoise(levels, plan), seed: 1);
        var states = program.Inputs.Where(input => program.Outputs.ContainsKey(input.Name)).Select(input => input.Name).ToArray();
        var slots = new Dictionary<string, double[][]>(model.Inputs());
        for (var step = 1; step <= steps; step++)
        {
            foreach (var (name, vectors) in model.Batch(batches[step % batches.Length]))
                slots[name] = vectors;
            var groups = new ClearGroups(Grid.SlotCount, levels.RefreshedLevel) { Noise = noise };
            var inputs = program.Inputs.ToDictionary(
                input => input.Name, input => slots[input.Name].Select(vector => groups.Load(vector, program.Levels!.Inputs[input.Name])).ToArray());
            var outputs = ProgramRun.Execute(program, groups, inputs, Constants(reference, optimizer, step));
            foreach (var name in states)
                slots[name] = [.. outputs[name].Select(ClearGroups.Read)];
            foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
                vector.Dispose();
        }
        var trained = new Dictionary<string, double[]>();
        foreach (var parameter in model.Training.Graph.Parameters)
            model.Parameters.Unpack(parameter, parameter.Layout.Unpack(slots[parameter.Name]), trained);
        return trained;
    }

    /// <summary>Planned with every state refreshed at the end of a step, since the next one takes it at any level.</summary>
    private static EncryptedProgram Planned(
        GraphedModel model, ReferenceModel reference, ReferenceBatch[] batches, AdamWHe optimizer, CkksParameters parameters)
    {
        var program = model.Training.Graph.Lower().Program;
        var states = program.Outputs.Keys.Where(name => program.Inputs.Any(input => input.Name == name)).ToArray();
        var bounds = new Dictionary<string, double>();
        var slots = new Dictionary<string, double[][]>(model.Inputs());
        for (var step = 1; step <= CalibrationSteps; step++)
        {
            foreach (var (name, vectors) in model.Batch(batches[step % batches.Length]))
                slots[name] = vectors;
            var outputs = model.RunClear(program, slots, Constants(reference, optimizer, step), (_, value, vectors) => bounds[value.Name] = Math.Max(
                bounds.GetValueOrDefault(value.Name), vectors.Max(vector => ClearGroups.Read(vector).Max(Math.Abs))));
            foreach (var name in states)
                slots[name] = outputs[name];
        }
        var costs = new ParameterCosts(CostTableText.Include("avx512"), parameters);
        return ProgramPlan.Create(
            program, costs, new LocalSearchPlacement(20_000),
            new PlanOptions(bounds, RangeMargin: 8, OutputLevels: states.ToDictionary(name => name, _ => costs.RefreshedLevel))).Program;
    }

    private static ProgramConstants Constants(ReferenceModel reference, AdamWHe optimizer, int step) => new(
        reference.CentredFrozen(),
        new Dictionary<string, double>(optimizer.Scalars(step, Rate, LossScale)) { [ScalarNames.LossScale] = LossScale });

    /// <summary>AdamW-HE in plain arithmetic; changes the reference.</summary>
    private static Dictionary<string, double[]> TrainPlainly(
        ReferenceModel reference, ReferenceBatch[] batches, AdamWHe optimizer, int steps)
    {
        var first = reference.Trained.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Values.Length]);
        var second = reference.Trained.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Values.Length]);
        for (var step = 1; step <= steps; step++)
        {
            var gradients = reference.Run(batches[step % batches.Length]).Gradients;
            foreach (var (name, (values, _, _)) in reference.Trained)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    var gradient = gradients[name][i];
                    first[name][i] = optimizer.Beta1 * first[name][i] + (1 - optimizer.Beta1) * gradient;
                    second[name][i] = optimizer.Beta2 * second[name][i] + (1 - optimizer.Beta2) * gradient * gradient;
                    var mean = first[name][i] / (1 - Math.Pow(optimizer.Beta1, step));
                    var square = second[name][i] / (1 - Math.Pow(optimizer.Beta2, step));
                    values[i] -= Rate * (optimizer.WeightDecay * values[i] + mean / Math.Sqrt(square + optimizer.Epsilon));
                }
            }
        }
        return reference.Trained.ToDictionary(pair => pair.Key, pair => pair.Value.Values);
    }

    private static double[] Flat(IReadOnlyDictionary<string, double[]> tensors) => [.. tensors.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value)];
}
