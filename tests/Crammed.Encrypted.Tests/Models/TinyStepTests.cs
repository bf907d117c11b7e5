using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>A whole training step on ciphertexts: its noise, tensor by tensor, and its gradients.</summary>
[TestFixture]
internal sealed class TinyStepTests
{
    private const double LossScale = 256;

    private ReferenceModel _reference = null!;
    private Dictionary<string, double[]> _expected = null!;
    private TinyStep _step = null!;
    private IReadOnlyList<GroupNoise> _noise = null!;
    private Dictionary<string, double[][]> _outputs = null!;

    [OneTimeSetUp]
    public void RunStep()
    {
        _reference = new ReferenceModel(TinyStep.Shape, TinyStep.Grid, seed: 7);
        _expected = _reference.Run().Gradients;
        _step = Step(LossScale);
        (_noise, _outputs) = _step.Run();
    }

    /// <summary>
    /// Bits rms of what an estimate says, and runs with injected noise, beside those of ciphertexts. Where few numbers make a tensor (two
    /// class biases, one number for each example), its error differs from run to run, as it does with injected noise: four standard
    /// deviations of that are let pass.
    /// </summary>
    [Test]
    public void Every_tensor_is_as_noisy_as_estimated_and_as_simulated()
    {
        var tensors = _noise.Where(group => _step.IsTensor(group.Name)).ToArray();
        Assert.That(tensors, Has.Length.GreaterThan(150));
        Print("worst estimates of tensors", tensors.OrderByDescending(tensor => Math.Abs(tensor.OffEstimate)).Take(10));
        Print("worst simulations of tensors", tensors.OrderByDescending(tensor => Math.Abs(tensor.OffSimulation)).Take(10));
        Print("tensors of few numbers, whose errors vary by more than a quarter of a bit", tensors.Where(tensor => tensor.Spread > 0.25));
        Print("all tensors", tensors);
        Assert.Multiple(() =>
        {
            foreach (var tensor in tensors)
            {
                var tolerance = Math.Max(1, 4 * tensor.Spread);
                Assert.That(tensor.OffEstimate, Is.InRange(-tolerance, tolerance), $"estimate of {tensor}");
                Assert.That(tensor.OffSimulation, Is.InRange(-tolerance, tolerance), $"simulation of {tensor}");
            }
        });
    }

    /// <summary>
    /// Groups inside recipes: where most of an error is new from a refresh and even over slots, what polynomials make of slots that hold no
    /// number is estimated too small; and what the polynomials of bootstraps are off by is much the same for like examples, and adds up
    /// over them. Imaginary parts matter in bootstraps only, which make them anew: what the calibration has of one error is not any more,
    /// and its estimates are up to two bits off.
    /// </summary>
    [Test]
    public void Groups_within_recipes_are_nearly_as_noisy_as_estimated()
    {
        Print("groups off by more than a bit", _noise.Where(group => Math.Abs(group.OffEstimate) > 1));
        Print("imaginary parts off by more than a bit", _noise.Where(group => Math.Abs(group.ImaginaryOffEstimate) > 1));
        Assert.That(_noise.Count(group => Math.Abs(group.OffEstimate) > 1.5), Is.LessThan(0.01 * _noise.Count));
        Assert.That(_noise.Count(group => Math.Abs(group.ImaginaryOffEstimate) > 1), Is.LessThan(0.1 * _noise.Count));
    }

    /// <summary>Groups of every kind of instruction, bootstraps among them.</summary>
    [Test]
    public void A_shadow_run_finds_every_group_within_its_bound()
    {
        Assert.That(_step.Shadow!.First, Is.Null);
        Assert.That(_step.Shadow.Gaps, Has.Count.EqualTo(_noise.Count));
    }

    /// <summary>Relative root mean squares; what training bears is 2^-5.</summary>
    [Test]
    public void Gradients_are_those_of_the_reference()
    {
        foreach (var (name, error) in GradientErrors(_step, _outputs, LossScale))
        {
            TestContext.Out.WriteLine($"{name}: 2^{Math.Log2(error):F1}");
            Assert.That(error, Is.LessThan(1.0 / 32), name);
        }
    }

    /// <summary>What the loss scale is for.</summary>
    [Test, Explicit("a second step, to look at")]
    public void Gradients_without_a_loss_scale()
    {
        var step = Step(1);
        foreach (var line in step.Plan.Log)
            TestContext.Out.WriteLine(line);
        foreach (var (name, error) in GradientErrors(step, step.Run().Outputs, 1))
            TestContext.Out.WriteLine($"{name}: 2^{Math.Log2(error):F1}");
    }

    private TinyStep Step(double lossScale)
    {
        var largest = _expected.Values.Max(gradient => gradient.Max(Math.Abs));
        return new TinyStep(_reference, lossScale, new AdamWHe(0.9, 0.999, 0.01 * largest * largest, 0.01, 1.5 * largest));
    }

    private IEnumerable<(string Name, double Error)> GradientErrors(TinyStep step, Dictionary<string, double[][]> outputs, double lossScale)
    {
        var gradients = step.Model.GradientsOf(outputs, lossScale);
        return _expected.Select(pair => (
            pair.Key, Math.Sqrt(gradients[pair.Key].Zip(pair.Value, (x, y) => (x - y) * (x - y)).Sum() / pair.Value.Sum(y => y * y))));
    }

    private static void Print(string title, IEnumerable<GroupNoise> groups)
    {
        TestContext.Out.WriteLine($"{title}\n{GroupNoise.Header}");
        foreach (var group in groups)
            TestContext.Out.WriteLine(group);
    }
}
