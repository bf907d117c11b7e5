using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

[TestFixture]
internal sealed class EvalModTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private readonly EvalModPlan _plan = new(Parameters);

    /// <summary>
    /// In doubles, with Clenshaw's recurrence for the cosine: over every integer and messages across the range the error stays within what
    /// the plan states.
    /// </summary>
    [Test]
    public void The_plan_reduces_every_argument_within_its_error()
    {
        double largest = 0;
        for (var integer = -_plan.LargestInteger; integer <= _plan.LargestInteger; integer++)
        {
            for (var step = -50; step <= 50; step++)
            {
                var message = step / 50.0;
                largest = Math.Max(largest, Math.Abs(Reduce(integer + message / _plan.Ratio) - message));
            }
        }
        // The fit is exact at its nodes to their number of digits; between them it oscillates a little more.
        Assert.That(largest, Is.LessThan(1.5 * _plan.Error));
        Assert.That(_plan.Error, Is.LessThan(Math.ScaleB(1, -23)), _plan.ToString());
    }

    [Test]
    public void Levels_are_those_that_the_set_gives()
    {
        Assert.That(_plan.InputLevel, Is.EqualTo(Parameters.MaxLevel - 4));
        Assert.That(_plan.OutputLevel, Is.EqualTo(Parameters.WorkingLevel - 2));
        Assert.That(_plan.LargestInteger, Is.EqualTo(16));
        var uncorrected = NamedParameters.InsecureN11Bootstrapping with
        {
            Bootstrapping = NamedParameters.InsecureN11Bootstrapping.Bootstrapping! with { CorrectionLevels = 0 },
        };
        Assert.That(() => new EvalModPlan(CkksParameters.Create(uncorrected)), Throws.ArgumentException.With.Message.Contains("CorrectionLevels is 0"));
        Assert.That(() => new EvalModPlan(CkksParameters.Create(NamedParameters.N13QP213)), Throws.ArgumentException.With.Message.Contains("no levels"));
    }

    /// <summary>
    /// The result's error: the plan's; that of the argument, which the derivative of m with respect to x / K multiplies by ratio * K; and
    /// those of the rescales after the sine, which the correction multiplies by ratio / 2π. The argument's error outweighs them at this
    /// scale; each of them is counted at its worst.
    /// </summary>
    [Test]
    public void Ciphertexts_are_reduced()
    {
        using var secret = SecretKey.Generate(Parameters);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(_plan.InputLevel, []));
        var evaluator = new Evaluator(Parameters, keys);
        var noise = new NoiseEstimator(Parameters);
        var random = new Random(3);
        double[] messages = [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];
        double[] arguments = [.. messages.Select(message => (random.Next(-16, 17) + message / _plan.Ratio) / _plan.Bound)];
        var live = ResidueMemory.LiveBuffers;
        using (var operand = new Encryptor(secret).Encrypt(arguments, _plan.InputLevel))
        using (var reduced = evaluator.EvalMod(operand, _plan))
        {
            Assert.That((reduced.Level, reduced.Scale), Is.EqualTo((_plan.OutputLevel, Parameters.ScaleAt(_plan.OutputLevel))));
            var argumentError = SlotAssert.Together(noise.FreshSymmetric(operand.Scale), noise.EncodeRounding(operand.Scale));
            var sineError = noise.RelinearizeAndRescale(Parameters.WorkingLevel + 1, Parameters.ScaleAt(Parameters.WorkingLevel));
            var deviation = SlotAssert.Together(
                _plan.Ratio * _plan.Bound * argumentError, _plan.Ratio / (2 * Math.PI) * 4 * sineError,
                2 * noise.RelinearizeAndRescale(Parameters.WorkingLevel, reduced.Scale));
            double[] errors = [.. new Decryptor(secret).DecryptToSlots(reduced).Zip(messages, (slot, message) => slot - message)];
            var rms = Math.Sqrt(errors.Average(error => error * error));
            TestContext.Out.WriteLine($"rms 2^{Math.Log2(rms):F1}, largest 2^{Math.Log2(errors.Max(Math.Abs)):F1}, predicted 2^{Math.Log2(deviation):F1}");
            Assert.That(errors.Max(Math.Abs), Is.LessThan(18 * deviation + _plan.Error));
            Assert.That(rms, Is.LessThan(1.25 * deviation + _plan.Error));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Operands_at_other_levels_are_refused()
    {
        using var secret = SecretKey.Generate(Parameters);
        using var keys = EvaluationKeys.Empty(Parameters);
        using var operand = new Encryptor(secret).Encrypt([0.0], _plan.InputLevel - 1);
        Assert.That(
            () => new Evaluator(Parameters, keys).EvalMod(operand, _plan),
            Throws.InvalidOperationException.With.Message.Contains($"EvalMod: the operand stands at level {_plan.InputLevel - 1}"));
    }

    private double Reduce(double x)
    {
        double y = x / _plan.Bound, next = 0, afterNext = 0;
        for (var i = _plan.Cosine.Coefficients.Count - 1; i > 0; i--)
            (next, afterNext) = (2 * y * next - afterNext + _plan.Cosine.Coefficients[i], next);
        var cosine = y * next - afterNext + _plan.Cosine.Coefficients[0];
        for (var i = 0; i < 3; i++)
            cosine = 2 * cosine * cosine - 1;
        return _plan.Ratio / (2 * Math.PI) * (cosine + cosine * cosine * cosine / 6);
    }
}
