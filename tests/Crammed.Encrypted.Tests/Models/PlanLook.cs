using System.Diagnostics;
using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>Plans of real sizes, to look at; bounds are taken to be 1.</summary>
internal sealed class PlanLook
{
    /// <param name="layers">of the model</param>
    /// <param name="hidden">features of the stream</param>
    /// <param name="heads">of attention</param>
    /// <param name="gate">features of the gate</param>
    /// <param name="examples">in a batch</param>
    /// <param name="blocks">in the slots</param>
    /// <param name="gibibytes">that values and instructions may take</param>
    [TestCase(2, 768, 12, 1536, 16, 16, 0), TestCase(2, 768, 12, 1536, 16, 16, 14), TestCase(2, 768, 12, 1536, 16, 16, 12)]
    [TestCase(2, 768, 12, 1536, 16, 16, 10), TestCase(2, 768, 12, 1536, 16, 16, 9), TestCase(2, 768, 12, 1536, 16, 16, 8)]
    [TestCase(2, 128, 2, 256, 16, 16, 0), TestCase(2, 128, 2, 256, 16, 16, 4)]
    [TestCase(2, 128, 2, 256, 128, 2, 0), TestCase(2, 128, 2, 256, 128, 2, 8)]
    [Explicit]
    public void Look(int layers, int hidden, int heads, int gate, int examples, int blocks, int gibibytes)
    {
        var watch = Stopwatch.StartNew();
        // With a constant beside them 64 columns do not fit the tokens of two blocks.
        var shape = new ModelShape(layers, hidden, heads, gate, 5, 2, 32, (blocks == 2 ? 63 : 64) * blocks);
        var training = new TrainingGraph(shape, new SlotGrid(128, examples, blocks), GraphedModel.Polynomials(layers), new AdapterScales(1, 1));
        training.AddUpdate(new AdamWHe(0.9, 0.999, 0.01, 0.01, 1));
        var program = training.Graph.Lower().Program;
        TestContext.Out.WriteLine($"lowered {program.Instructions.Count} in {watch.Elapsed.TotalSeconds:F1} s");
        var parameters = CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping);
        var costs = new ParameterCosts(CostTableText.Include("avx512"), parameters);
        var budget = new MemoryBudget(costs, CkksLevels.ForBootstrapping(new BootstrappingPlan(parameters)), 24L << 30);
        var bounds = program.Inputs.Concat(program.Instructions.SelectMany(i => i.Results)).ToDictionary(v => v.Name, _ => 1.0);
        var states = program.Outputs.Keys.Where(name => program.Inputs.Any(input => input.Name == name)).ToDictionary(name => name, _ => costs.RefreshedLevel);
        Func<EncryptedProgram, long>? left = gibibytes == 0 ? null : _ => (long)gibibytes << 30;
        try
        {
            var plan = ProgramPlan.Create(program, costs, new LocalSearchPlacement(), new PlanOptions(bounds, OutputLevels: states, WorkingBytes: left));
            foreach (var line in plan.Log)
                TestContext.Out.WriteLine(line);
            TestContext.Out.WriteLine(budget.Table(plan));
            TestContext.Out.WriteLine(
                $"{watch.Elapsed.TotalSeconds:F1} s; {plan.Milliseconds / 1000 / examples:F2} s an example; "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
            foreach (var store in plan.Program.Instructions.OfType<Store>())
                TestContext.Out.WriteLine($"  {store.Operand}");
        }
        catch (MemoryBudgetException refused)
        {
            foreach (var line in refused.Log)
                TestContext.Out.WriteLine(line);
            TestContext.Out.WriteLine($"refused after {watch.Elapsed.TotalSeconds:F1} s: {refused.Message}");
        }
    }
}
