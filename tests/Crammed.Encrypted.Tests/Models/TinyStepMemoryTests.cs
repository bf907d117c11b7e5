using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>A training step planned within less memory gives the same parameters.</summary>
internal sealed class TinyStepMemoryTests
{
    /// <summary>
    /// Sums along tiled axes are added up in another order: of 48 products, so by 2^-47 of their size. That goes through the step, whose
    /// polynomials and refresh-free products lift it by no more than 2^17 in size.
    /// </summary>
    private const double Rounding = 1e-9;

    [Test]
    public void A_step_within_three_quarters_of_the_memory_gives_the_same_outputs()
    {
        var reference = new ReferenceModel(TinyStep.Shape, TinyStep.Grid, seed: 7);
        var optimizer = new AdamWHe(0.9, 0.999, 0.01, 0.01, 1);
        var free = new TinyStep(reference, 1, optimizer);
        var budget = free.Plan.WorkingBytes / 4 * 3;
        var step = new TinyStep(reference, 1, optimizer, _ => budget);
        foreach (var line in step.Plan.Log)
            TestContext.Out.WriteLine(line);
        Assert.That(step.Plan.WorkingBytes, Is.LessThanOrEqualTo(budget));
        Assert.That(step.Plan.Program.Instructions.OfType<Store>(), Is.Not.Empty);
        using var folder = new TemporaryFolder();
        var expected = free.RunClear();
        var found = step.RunClear(folder: folder.Path);
        Assert.That(folder.Files, Is.Empty);
        Assert.That(step.Plan.Program.Outputs.Keys, Is.EquivalentTo(free.Plan.Program.Outputs.Keys));
        foreach (var (name, value) in free.Plan.Program.Outputs)
        {
            var (before, after) = (expected[value.Name], found[step.Plan.Program.Outputs[name].Name]);
            var largest = Math.Max(before.Max(vector => vector.Max(Math.Abs)), 1e-300);
            for (var i = 0; i < before.Length; i++)
                Assert.That(after[i], Is.EqualTo(before[i]).Within(Rounding * largest), $"{name} {i}");
        }
    }
}
