using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Tests.Eager;

/// <summary>Tensors, the refresh rule and the tape's way through a graph.</summary>
[TestFixture]
public sealed class EncryptedContextTests
{
    private static readonly SlotShape Shape = new(8, 4);
    private readonly ClearBackend _backend = new(Shape.Slots, 6);

    [Test]
    public void A_context_needs_a_refresh_level_that_the_backend_has()
    {
        Assert.That(() => new EncryptedContext(_backend, refreshLevel: 7), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new EncryptedContext(_backend, refreshLevel: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_tensor_must_have_the_vectors_of_its_layout()
    {
        var context = Context();
        Assert.That(() => context.Tensor("layer0.query", Shape.Layout(3), Load(2)),
            Throws.ArgumentException.With.Message.EqualTo($"layer0.query: layout {Shape.Layout(3)} takes 3 vectors, found 2."));
        Assert.That(context.Tensor("layer0.query", Shape.Layout(2), Load(2)).ToString(), Is.EqualTo($"layer0.query {Shape.Layout(2)}"));
    }

    /// <summary>A layer meant for other features says so and names the tensor.</summary>
    [Test]
    public void A_matrix_of_another_width_is_refused()
    {
        var context = Context();
        var x = context.Tensor("layer0.input", Shape.Layout(2), Load(2));
        Assert.That(() => Functional.FrozenLinear(x, new double[4, 3]),
            Throws.ArgumentException.With.Message.StartsWith("FrozenLinear: the weights take 3 features, layer0.input"));
        Assert.That(() => Functional.KernelScores(x, x, heads: 1, power: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0, 1, 3, TestName = "none left: the usual level")]
    [TestCase(0, 5, 5, TestName = "none left and many wanted: as many as wanted")]
    [TestCase(2, 4, 4, TestName = "too few: as many as wanted")]
    [TestCase(4, 4, 4, TestName = "enough: untouched")]
    [TestCase(6, 1, 6, TestName = "more than enough: untouched")]
    public void Require_refreshes_only_what_has_too_few_levels(int level, int wanted, int expected)
    {
        var context = Context();
        var x = context.Tensor("x", Shape.Layout(2), [.. Load(1, level), .. Load(1, 6)]);
        context.Require(x, wanted);
        Assert.That(x.Level, Is.EqualTo(expected));
        Assert.That(context.Recorder.Records.Any(record => record.Operation == "refresh"), Is.EqualTo(level < wanted));
    }

    /// <summary>
    /// z = (x y + x) x by hand: dz/dx = 2 x y + 2 x, dz/dy = x^2. x has three uses, the sum's value and gradient are kept on request,
    /// the product's are freed.
    /// </summary>
    [Test]
    public void Gradients_of_all_uses_add_up_and_intermediates_are_freed_unless_retained()
    {
        var live = ClearVector.LiveCount;
        var context = Context();
        var (x, y) = (Leaf("x", 3), Leaf("y", 5));
        var product = Functional.Multiply(x, y);
        var sum = Functional.Add(product, x);
        sum.RetainsGradient = true;
        var unused = Functional.Multiply(product, y);
        var z = Functional.Multiply(sum, x);

        context.Tape.Backward(z, context.Tensor("one", z.Layout, [_backend.Load([.. Enumerable.Repeat(1.0, 8)], 4)]));

        Assert.That(Values(x.Gradient!), Is.All.EqualTo(2 * 3 * 5 + 2 * 3));
        Assert.That(Values(y.Gradient!), Is.All.EqualTo(9));
        Assert.That(Values(sum), Is.All.EqualTo(18));
        Assert.That(Values(sum.Gradient!), Is.All.EqualTo(3));
        foreach (var freed in new[] { product, z, unused })
            Assert.That(() => freed[0], Throws.InstanceOf<ObjectDisposedException>(), freed.Name);
        Assert.That(unused.Gradient, Is.Null);
        x.ClearGradient();
        Assert.That(x.Gradient, Is.Null);
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live));

        EncryptedTensor Leaf(string name, double value) =>
            context.Tensor(name, Shape.Layout(1), [_backend.Load([.. Enumerable.Repeat(value, 8)], 6)], requiresGradient: true);
    }

    [Test]
    public void Release_frees_what_a_run_without_a_backward_pass_made()
    {
        var live = ClearVector.LiveCount;
        var context = Context();
        var x = context.Tensor("x", Shape.Layout(2), Load(2), requiresGradient: true);
        Functional.KernelScores(x, Functional.Add(x, x), heads: 1, power: 2);
        Assert.That(ClearVector.LiveCount, Is.GreaterThan(live + 8));
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live));
        context.Release();
    }

    private static double[] Values(EncryptedTensor tensor) => Shape.Read(tensor.Vectors);

    private EncryptedContext Context() => new(_backend, refreshLevel: 3);

    private SlotVector[] Load(int vectors, int level = 6) => Shape.Load(_backend, new double[Shape.Slots * vectors], vectors, level);
}
