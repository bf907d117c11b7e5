using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

[NonParallelizable]
internal sealed class RuntimeTests
{
    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    [Test]
    public void Libtorchs_errors_become_exceptions_with_its_message()
    {
        Assert.That(() => zeros(2, 3) + zeros(4), Throws.TypeOf<ExternalException>().With.Message.Contains("must match"));
        Assert.That(() => zeros(2, 3).matmul(zeros(2, 3)), Throws.TypeOf<ExternalException>().With.Message.Contains("2x3"));
        Assert.That(() => zeros(-1), Throws.TypeOf<ExternalException>());
        Assert.That(() => zeros(2).backward(), Throws.TypeOf<ExternalException>().With.Message.Contains("grad"));
        Assert.That(() => set_num_threads(0), Throws.TypeOf<ExternalException>());
    }

    [Test]
    public void Errors_leave_nothing_behind()
    {
        var live = Tensor.TotalCount;
        var x = zeros(2, 3);
        for (var i = 0; i < 10; i++)
            Assert.That(() => x.view(7), Throws.TypeOf<ExternalException>());
        Assert.That(Tensor.TotalCount, Is.EqualTo(live + 1));
    }

    [Test]
    public void A_disposed_tensor_is_an_error()
    {
        var x = zeros(1);
        x.Dispose();
        Assert.That(() => x + 1, Throws.InvalidOperationException);
        Assert.That(() => zeros(1).add(x), Throws.InvalidOperationException);
        Assert.That(() => stack([x, x]), Throws.InvalidOperationException);
        Assert.That(x.ToString(), Is.EqualTo("disposed tensor"));
    }

    [Test]
    public void The_number_of_threads_can_be_set()
    {
        var threads = get_num_threads();
        Assert.That(threads, Is.Positive);
        set_num_threads(3);
        Assert.That(get_num_threads(), Is.EqualTo(3));
        var elsewhere = 0;
        var thread = new Thread(() => elsewhere = get_num_threads());
        thread.Start();
        thread.Join();
        set_num_threads(threads);
        Assert.That(elsewhere, Is.EqualTo(3));
    }

    [Test]
    public void Seeds_repeat_random_numbers()
    {
        double[] Draw()
        {
            manual_seed(42);
            return [.. Values.Of(rand(3)), .. Values.Of(randn(2, 2)), .. Values.Of(randint(0, 100, [4])), .. Values.Of(randperm(5)),
                .. Values.Of(bernoulli(full(4, 0.5))), .. Values.Of(empty(3).normal_()), .. Values.Of(nn.functional.dropout(ones(5)))];
        }

        var first = Draw();
        Assert.That(Draw(), Is.EqualTo(first));
        manual_seed(43);
        Assert.That(Values.Of(rand(3)), Is.Not.EqualTo(first[..3]));
        Assert.That(random.initial_seed(), Is.EqualTo(43));
    }

    [Test]
    public void Generators_are_independent_and_their_states_can_be_kept()
    {
        using var generator = new Generator(9);
        manual_seed(1);
        var expected = Values.Of(rand(4));
        manual_seed(1);
        var own = Values.Of(rand(4, generator: generator));
        Assert.That(Values.Of(rand(4)), Is.EqualTo(expected));
        generator.manual_seed(9);
        Assert.That(Values.Of(rand(4, generator: generator)), Is.EqualTo(own));

        var state = random.get_rng_state();
        var next = Values.Of(randn(6));
        random.set_rng_state(state);
        Assert.That(Values.Of(randn(6)), Is.EqualTo(next));

        var own2 = generator.get_state();
        var draw = Values.Of(multinomial(Values.Make([1, 2, 3]), 5, replacement: true, generator: generator));
        generator.set_state(own2);
        Assert.That(Values.Of(multinomial(Values.Make([1, 2, 3]), 5, replacement: true, generator: generator)), Is.EqualTo(draw));
        Assert.That(generator.seed(), Is.EqualTo(generator.initial_seed()));
        generator.Dispose();
        Assert.That(() => rand(1, generator: generator), Throws.TypeOf<ObjectDisposedException>());
        Generator.Default.Dispose();
        Assert.That(Generator.Default.initial_seed(), Is.EqualTo(1));
    }

    [Test]
    public void Random_numbers_have_their_distributions()
    {
        manual_seed(11);
        // Standard deviations of the mean of 20000 samples: 0.0071 for a unit normal, 0.0020 for uniform; five of each.
        var (normal, uniform) = (randn([20000], float64), rand([20000], float64));
        Assert.That((double)normal.mean(), Is.Zero.Within(0.036));
        Assert.That((double)normal.std(), Is.EqualTo(1).Within(0.025));
        Assert.That((double)uniform.mean(), Is.EqualTo(0.5).Within(0.011));
        Assert.That((double)uniform.min(), Is.InRange(0, 0.01));
        Assert.That(Values.Of(randint(2, 5, [1000])).Distinct().Order(), Is.EqualTo(new double[] { 2, 3, 4 }));
        Assert.That(Values.Of(randperm(50)).Order(), Is.EqualTo(Enumerable.Range(0, 50).Select(i => (double)i)));
    }

    [Test]
    public void Other_devices_are_refused()
    {
        Assert.That(zeros(1, device: CPU).device.ToString(), Is.EqualTo("cpu"));
        Assert.That(device("cpu").type, Is.EqualTo(DeviceType.CPU));
        Assert.That(() => device("cuda:0"), Throws.InvalidOperationException);
        Assert.That(() => zeros(1, device: new Device(DeviceType.CUDA, 1)), Throws.InvalidOperationException);
    }

    [Test]
    public void Tensors_serve_many_threads_at_once()
    {
        var x = Values.Scattered(40, 40);
        var expected = (double)x.matmul(x).sum();
        var sums = new double[16];
        Parallel.For(0, sums.Length, i =>
        {
            using var inner = NewDisposeScope();
            for (var repeat = 0; repeat < 20; repeat++)
                sums[i] = (double)x.matmul(x).sum();
        });
        Assert.That(sums, Is.All.EqualTo(expected).Within(1e-10));
    }
}
