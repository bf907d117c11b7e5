using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class AdamWTests
{
    private static readonly double[] Start = [1, -2, 0.5];

    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    // Loshchilov and Hutter 2019, algorithm 2, for one number at a time, with the schedule constant.
    private static double[] Reference(
        Func<int, int, double> gradient, int steps, double rate, double beta1, double beta2, double epsilon, double decay,
        bool amsgrad = false) =>
        [.. Start.Select((value, i) =>
        {
            double m = 0, v = 0, largest = 0;
            for (var t = 1; t <= steps; t++)
            {
                var g = gradient(t, i);
                m = beta1 * m + (1 - beta1) * g;
                v = beta2 * v + (1 - beta2) * g * g;
                largest = Math.Max(largest, v);
                var corrected = (amsgrad ? largest : v) / (1 - Math.Pow(beta2, t));
                value -= rate * decay * value;
                value -= rate * (m / (1 - Math.Pow(beta1, t))) / (Math.Sqrt(corrected) + epsilon);
            }
            return value;
        })];

    private static double Gradient(int step, int i) => Math.Sin(3 * step + i) + 0.1 * i;

    private static void Run(Parameter parameter, AdamW optimizer, int from, int to)
    {
        for (var t = from; t <= to; t++)
        {
            using var inner = NewDisposeScope();
            parameter.grad = Values.Make([.. Enumerable.Range(0, Start.Length).Select(i => Gradient(t, i))]);
            optimizer.step();
        }
    }

    private static Parameter Fresh() => new(Values.Make(Start));

    [TestCase(0.01, 0.9, 0.999, 1e-8, 0.0, false)]
    [TestCase(0.1, 0.8, 0.95, 1e-2, 0.5, false)]
    [TestCase(0.1, 0.9, 0.98, 1e-12, 0.01, true)]
    public void Steps_agree_with_the_published_algorithm(
        double rate, double beta1, double beta2, double epsilon, double decay, bool amsgrad)
    {
        var parameter = Fresh();
        using var optimizer = optim.AdamW([parameter], rate, beta1, beta2, epsilon, decay, amsgrad);
        Run(parameter, optimizer, 1, 25);
        Assert.That(Values.Of(parameter),
            Is.EqualTo(Reference(Gradient, 25, rate, beta1, beta2, epsilon, decay, amsgrad)).Within(Values.Double * 100));
    }

    [Test]
    public void Maximizing_is_minimizing_the_negative()
    {
        var parameter = Fresh();
        using var optimizer = optim.AdamW([parameter], 0.1, maximize: true);
        Run(parameter, optimizer, 1, 5);
        Assert.That(Values.Of(parameter), Is.EqualTo(Reference((t, i) => -Gradient(t, i), 5, 0.1, 0.9, 0.999, 1e-8, 0))
            .Within(Values.Double * 100));
    }

    [Test]
    public void Groups_have_their_own_options_and_rates_can_be_set()
    {
        var (first, second) = (Fresh(), Fresh());
        using var optimizer = optim.AdamW(
            [new AdamW.ParamGroup([first], lr: 0.5, weight_decay: 0.25), new AdamW.ParamGroup { Parameters = [second] }], lr: 0.1);
        var groups = optimizer.ParamGroups.ToArray();
        Assert.That(groups.Select(group => group.LearningRate), Is.EqualTo(new[] { 0.5, 0.1 }));

        groups[0].LearningRate = 0.2;
        (first.grad, second.grad) = (Values.Make([1, 1, 1]), Values.Make([1, 1, 1]));
        optimizer.step();

        Assert.That(Values.Of(first), Is.EqualTo(Reference((_, _) => 1, 1, 0.2, 0.9, 0.999, 1e-8, 0.25)).Within(Values.Double * 10));
        Assert.That(Values.Of(second), Is.EqualTo(Reference((_, _) => 1, 1, 0.1, 0.9, 0.999, 1e-8, 0)).Within(Values.Double * 10));
        Assert.That(groups[0].InitialLearningRate, Is.EqualTo(0.5));
        Assert.That(optimizer.parameters(), Is.EqualTo(new[] { first, second }));
    }

    [Test]
    public void A_parameter_without_gradient_stays()
    {
        var parameter = Fresh();
        using var optimizer = optim.AdamW([parameter], 0.1, weight_decay: 0.5);
        optimizer.step();
        Assert.That(Values.Of(parameter), Is.EqualTo(Start));
    }

    [Test]
    public void A_closure_computes_the_loss_with_recording_on()
    {
        var parameter = Fresh();
        using var optimizer = optim.AdamW([parameter], 0.1);
        using var mode = no_grad();
        var loss = optimizer.step(() =>
        {
            var sum = parameter.sum();
            sum.backward();
            return sum;
        });
        Assert.That((double)loss!, Is.EqualTo(Start.Sum()).Within(Values.Double));
        Assert.That(Values.Of(parameter), Is.EqualTo(Start.Select(value => value - 0.1)).Within(1e-7));
        optimizer.zero_grad();
        Assert.That(Values.Of(parameter.grad!), Is.EqualTo(new double[3]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_stored_state_continues_where_it_was(bool amsgrad)
    {
        var through = Fresh();
        using var optimizer = optim.AdamW([through], 0.1, weight_decay: 0.1, amsgrad: amsgrad);
        Run(through, optimizer, 1, 10);

        var file = Path.GetTempFileName();
        var resumed = Fresh();
        using (var first = optim.AdamW([resumed], 0.1, weight_decay: 0.1, amsgrad: amsgrad))
        {
            Run(resumed, first, 1, 6);
            first.save_state_dict(file);
        }
        using var second = optim.AdamW([resumed], 0.7, amsgrad: amsgrad);
        second.load_state_dict(file);
        File.Delete(file);
        Run(resumed, second, 7, 10);

        Assert.That(Values.Of(resumed), Is.EqualTo(Values.Of(through)));
    }

    [Test]
    public void A_state_that_does_not_fit_is_refused()
    {
        using var one = optim.AdamW([Fresh()]);
        using var two = optim.AdamW([Fresh(), Fresh()]);
        using var amsgrad = optim.AdamW([Fresh()], amsgrad: true);
        using var other = optim.AdamW([new Parameter(zeros(3))]);
        var bytes = Stored(one);

        Assert.That(() => two.load_state_dict(Reader(bytes)), Throws.ArgumentException.With.Message.Contains("expected 2 states, found 1"));
        Assert.That(() => amsgrad.load_state_dict(Reader(bytes)), Throws.ArgumentException.With.Message.Contains("AMSGrad"));
        Assert.That(() => other.load_state_dict(Reader(bytes)), Throws.ArgumentException.With.Message.Contains("Float32"));
        Assert.That(() => one.load_state_dict(Reader(bytes[..^1])), Throws.TypeOf<EndOfStreamException>());
        Assert.That(() => one.load_state_dict(Reader([4, .. "Adam"u8, .. bytes[6..]])), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.That(() => optim.AdamW([Fresh()], lr: -1), Throws.ArgumentException);
        Assert.That(() => optim.AdamW([Fresh()], beta1: 1), Throws.ArgumentException);
        Assert.That(() => optim.AdamW([Fresh()], beta2: -0.1), Throws.ArgumentException);
        Assert.That(() => optim.AdamW([Fresh()], eps: double.NaN), Throws.ArgumentException);
        Assert.That(() => optim.AdamW([Fresh()], weight_decay: -1e-9), Throws.ArgumentException);
    }

    private static byte[] Stored(AdamW optimizer)
    {
        var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            optimizer.save_state_dict(writer);
        return stream.ToArray();
    }

    private static BinaryReader Reader(byte[] bytes) => new(new MemoryStream(bytes));
}
