namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>The distribution that an estimate states, against samples of it, and what estimates refuse.</summary>
[TestFixture]
internal sealed class BootstrapEstimateTests
{
    private const int Slots = 4, Copies = 16;

    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    /// <summary>Quiet and noisy slots.</summary>
    private static readonly (double Probability, double Variance)[] Noises = [(0.25, 8), (0.75, 2)];

    private static readonly double[] Biases = [0.5, -3];

    private static readonly ErrorComponent[] Components =
    [
        .. from noise in Noises from bias in Biases select new ErrorComponent(noise.Probability / Biases.Length, noise.Variance, bias),
    ];

    [Test]
    public void Errors_and_tails_are_those_of_the_mixture()
    {
        var estimate = Estimate(Components, 0);
        Assert.That(estimate.Noise, Is.EqualTo(Math.Sqrt(0.25 * 8 + 0.75 * 2)).Within(1e-12));
        Assert.That(estimate.Approximation, Is.EqualTo(Math.Sqrt((0.25 + 9) / 2)).Within(1e-12));
        Assert.That(estimate.Result.Error, Is.EqualTo(Math.Sqrt(3.5 + 4.625)).Within(1e-12));
        var random = new Random(1);
        double[] samples = [.. Enumerable.Range(0, 1 << 18).Select(_ => Math.Abs(Part(random)))];
        foreach (var threshold in new[] { 0, 1, 2.9, 3.1, 6, 12 })
        {
            var probability = estimate.TailProbability(threshold);
            var frequency = samples.Count(sample => sample > threshold) / (double)samples.Length;
            // Five standard deviations of a frequency.
            var tolerance = 5 * Math.Sqrt(probability * (1 - probability) / samples.Length);
            Assert.That(frequency, Is.EqualTo(probability).Within(tolerance + 1e-12), $"beyond {threshold}");
        }
    }

    /// <summary>Laplace's distribution alone: exp(-sqrt(2) t / σ) lies beyond t.</summary>
    [Test]
    public void Thresholds_invert_the_tail()
    {
        var estimate = Estimate([new(1, 4, 0)], 0);
        Assert.That(estimate.LargestBound(2048), Is.EqualTo(Math.Sqrt(2) * Math.Log(2048.0 * (1 << 20))).Within(1e-6));
        Assert.That(estimate.LargestBound(2048, 0.01), Is.EqualTo(Math.Sqrt(2) * Math.Log(2048 / 0.01)).Within(1e-6));
        // The mean of the largest of n exponential variables is 1 + 1/2 + ... + 1/n, by 1/(2n) more than ln(n) + γ.
        var mean = Enumerable.Range(1, 2048).Sum(i => 1.0 / i);
        Assert.That(estimate.ExpectedLargest(2048), Is.EqualTo(Math.Sqrt(2) * (mean - 1.0 / 4096)).Within(1e-6));
    }

    /// <summary>
    /// Mean squares of sampled bootstraps: variances and biases repeat in 16 copies of the slots, the secret's slots stay. The variance of
    /// 2^13 mean squares has a relative standard error of sqrt((k - 1) / 2) / 64, k their kurtosis. Sums of so many slots have one below 9,
    /// which is that of a single exponential variable, so that five standard errors are below 16 %.
    /// </summary>
    [TestCase(1)]
    [TestCase(4)]
    public void Degrees_of_freedom_are_those_of_mean_squares(int bootstraps)
    {
        const int samples = 1 << 13;
        var estimate = Estimate(Components, 0);
        var random = new Random(bootstraps);
        double[] means = [.. Enumerable.Range(0, samples).Select(_ => MeanSquare(random, bootstraps))];
        double mean = means.Average(), variance = means.Average(value => (value - mean) * (value - mean));
        Assert.That(2 * mean * mean / variance / estimate.DegreesOfFreedom(bootstraps), Is.EqualTo(1).Within(0.16));
    }

    [Test]
    public void An_argument_that_does_not_fit_is_refused()
    {
        var plan = new BootstrappingPlan(Parameters);
        var operand = new SlotEstimate(plan.InputLevel, Parameters.ScaleAt(plan.InputLevel), 1, 0);
        Assert.That(
            () => new NoiseEstimator(CkksParameters.Create(NamedParameters.InsecureN11)).Bootstrap(plan, operand),
            Throws.ArgumentException.With.Message.StartsWith(
                "the estimator belongs to insecure-N11, the plan to insecure-N11-bootstrapping"));
        Assert.That(
            () => new NoiseEstimator(Parameters).Bootstrap(plan, operand, []),
            Throws.ArgumentException.With.Message.StartsWith("a message has parts"));
        Assert.That(
            () => new NoiseEstimator(Parameters).Bootstrap(plan, operand with { Level = plan.InputLevel - 1 }),
            Throws.ArgumentException.With.Message.StartsWith("a bootstrap takes operands from level 3 on, this one has 2"));
    }

    /// <summary>Without parts they are uniform: the estimate is that of so many samples as leave a relative error of 2^-8.</summary>
    [Test]
    public void Messages_are_uniform_unless_given()
    {
        var plan = new BootstrappingPlan(Parameters);
        var operand = new SlotEstimate(plan.InputLevel, Parameters.ScaleAt(plan.InputLevel), 1, 0);
        var noise = new NoiseEstimator(Parameters);
        double[] grid = [.. Enumerable.Range(0, 1 << 12).Select(i => (2 * i + 1) / 4096.0 - 1)];
        BootstrapEstimate uniform = noise.Bootstrap(plan, operand), sampled = noise.Bootstrap(plan, operand, grid);
        Assert.That(sampled.Approximation / uniform.Approximation, Is.EqualTo(1).Within(Math.ScaleB(1, -8)));
        Assert.That(sampled.Noise / uniform.Noise, Is.EqualTo(1).Within(Math.ScaleB(1, -8)));
    }

    private static BootstrapEstimate Estimate(IReadOnlyList<ErrorComponent> components, double argument) =>
        new(new SlotEstimate(1, 1, 1, 0), components, Slots, Slots * Copies)
        {
            SlotsToCoeffs = 0,
            ModRaise = 0,
            CoeffsToSlots = argument,
            Cosines = [],
            EvalMod = 0,
        };

    /// <summary>The mean over bootstraps under one secret.</summary>
    private static double MeanSquare(Random random, int bootstraps)
    {
        double[] secret = [.. Enumerable.Range(0, Slots * Copies).Select(_ => Exponential(random))];
        double sum = 0;
        for (var bootstrap = 0; bootstrap < bootstraps; bootstrap++)
        {
            var period = new (double Variance, double Real, double Imaginary)[Slots];
            for (var slot = 0; slot < Slots; slot++)
                period[slot] = (PickVariance(random), PickBias(random), PickBias(random));
            for (var slot = 0; slot < secret.Length; slot++)
            {
                (var variance, var real, var imaginary) = period[slot % Slots];
                var deviation = Math.Sqrt(variance * secret[slot]);
                sum += Math.Pow(real + deviation * Gaussian(random), 2) + Math.Pow(imaginary + deviation * Gaussian(random), 2);
            }
        }
        return sum / (2 * bootstraps * secret.Length);
    }

    /// <summary>A part of a slot under a secret of its own: Gaussian given the squared modulus of the secret.</summary>
    private static double Part(Random random) =>
        PickBias(random) + Math.Sqrt(PickVariance(random) * Exponential(random)) * Gaussian(random);

    private static double PickVariance(Random random) => Noises[random.NextDouble() < Noises[0].Probability ? 0 : 1].Variance;

    private static double PickBias(Random random) => Biases[random.Next(Biases.Length)];

    private static double Gaussian(Random random) => Math.Sqrt(2 * Exponential(random)) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());
}
