using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class ModuleTests
{
    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static TinyTransformer Model() => new(10, 4, 6, 2);

    [Test]
    public void Fields_are_registered_under_their_names()
    {
        using var model = Model();
        Assert.That(model.named_parameters().Select(entry => entry.name), Is.EquivalentTo((string[])[
            "position", "embedding.weight", "norm.weight", "norm.bias", "projections.0.weight", "projections.1.weight",
            "projections.2.weight", "output.weight", "output.bias"]));
        Assert.That(model.named_children().Select(entry => entry.name),
            Is.EqualTo(new[] { "embedding", "norm", "projections", "output", "dropout" }));
        Assert.That(model.named_modules().Select(entry => entry.name), Does.Contain("projections.2"));
        Assert.That(model.get_parameter("norm.bias")!.shape, Is.EqualTo(new long[] { 6 }));
        Assert.That((model.has_parameter("norm.eps"), model.GetName()), Is.EqualTo((false, nameof(TinyTransformer))));
        Assert.That(model.parameters().All(parameter => parameter.requires_grad), Is.True);
    }

    [Test]
    public void Built_in_parameters_outlive_the_scope_of_their_creation()
    {
        Linear linear;
        using (NewDisposeScope())
            linear = nn.Linear(2, 3);
        using (linear)
            Assert.That(linear.forward(ones(1, 2)).shape, Is.EqualTo(new long[] { 1, 3 }));
        Assert.That(linear.weight.IsInvalid, Is.True);
    }

    [Test]
    public void A_parameter_takes_its_tensor_over()
    {
        var data = ones(2);
        var parameter = nn.Parameter(data, requires_grad: false);
        Assert.That((data.IsInvalid, parameter.requires_grad), Is.EqualTo((true, false)));
        Assert.That((scope.Contains(data), scope.Contains(parameter)), Is.EqualTo((false, true)));
        Assert.That(() => data.shape, Throws.InvalidOperationException);
    }

    [Test]
    public void Layers_compute_what_they_say()
    {
        var x = Values.Scattered(2, 3);
        var (weight, bias) = (Values.Scattered(4, 3), Values.Make([1, 2, 3, 4]));
        using var linear = nn.Linear(weight.clone().AsParameter(), bias.clone().AsParameter());
        Assert.That(linear.forward(x).allclose(x.matmul(weight.t()) + bias, 0, Values.Double), Is.True);
        Assert.That((linear.in_features, linear.out_features), Is.EqualTo((3, 4)));

        using var norm = nn.LayerNorm(3, eps: 0.1, dtype: float64);
        var centred = x - x.mean([1], keepdim: true);
        Assert.That(norm.forward(x).allclose(centred / (centred.square().mean([1], keepdim: true) + 0.1).sqrt(), 0, Values.Double * 10),
            Is.True);

        using var embedding = nn.Embedding(5, 3, padding_idx: 2);
        var index = tensor(new long[] { 4, 2 });
        Assert.That(embedding.forward(index).allclose(embedding.weight.index_select(0, index)), Is.True);
        Assert.That(Values.Of(embedding.forward(index)[1]), Is.EqualTo(new double[3]));
        embedding.forward(index).sum().backward();
        Assert.That(Values.Of(embedding.weight.grad!.sum(1)), Is.EqualTo(new double[] { 0, 0, 0, 0, 3 }));
        Assert.That(() => nn.Embedding(5, 3, max_norm: 1), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void Dropout_drops_its_share_while_training_alone()
    {
        manual_seed(3);
        using var dropout = nn.Dropout(0.25);
        var x = ones(10000);
        var dropped = Values.Of(dropout.forward(x));
        Assert.That(dropped.Distinct().Order(), Is.EqualTo([0, (double)(1 / 0.75f)]).Within(Values.Single));
        // Binomial: standard deviation sqrt(0.25 * 0.75 / 10000) = 0.0043; five of them.
        Assert.That(dropped.Count(value => value == 0) / 10000.0, Is.EqualTo(0.25).Within(0.022));
        dropout.eval();
        Assert.That(Values.Of(dropout.forward(x)), Is.EqualTo(Values.Of(x)));
    }

    [Test]
    public void Training_mode_reaches_all_submodules()
    {
        using var model = Model();
        Assert.That(model.training, Is.True);
        model.eval();
        Assert.That(model.modules().Any(module => module.training), Is.False);
        model.train();
        Assert.That(model.modules().All(module => module.training), Is.True);
        var seen = 0;
        model.apply(_ => seen++);
        Assert.That(seen, Is.EqualTo(model.modules().Count() + 1));
    }

    [Test]
    public void Initial_values_lie_where_they_should()
    {
        manual_seed(5);
        using var linear = nn.Linear(100, 50);
        Assert.That(Values.Of(linear.weight).Max(Math.Abs), Is.InRange(0.09, 0.1));
        Assert.That(Values.Of(linear.bias!).Max(Math.Abs), Is.InRange(0.05, 0.1));
        nn.init.xavier_uniform_(linear.weight);
        Assert.That(Values.Of(linear.weight).Max(Math.Abs), Is.InRange(0.19, 0.2));
        nn.init.normal_(linear.weight, 1, 0.02);
        // 5000 samples: the mean's standard deviation is 0.00028, the deviation's 0.0002; five of them.
        Assert.That((double)linear.weight.mean(), Is.EqualTo(1).Within(0.0015));
        Assert.That((double)linear.weight.std(), Is.EqualTo(0.02).Within(0.001));
        Assert.That(Values.Of(nn.init.ones_(linear.bias!)).Distinct(), Is.EqualTo(new double[] { 1 }));
        Assert.That(linear.weight.requires_grad, Is.True);
        Assert.That(() => nn.init.xavier_uniform_(linear.bias!), Throws.ArgumentException);
    }

    [Test]
    public void Gradients_are_clipped_by_their_joint_norm()
    {
        var (x, y) = (new Parameter(Values.Make([0, 0])), new Parameter(Values.Make([0])));
        var without = new Parameter(zeros(1));
        (x.grad, y.grad) = (Values.Make([3, 0]), Values.Make([4]));
        Assert.That(nn.utils.clip_grad_norm_([x, y, without], 1), Is.EqualTo(5).Within(Values.Double * 10));
        // PyTorch divides by the norm plus 1e-6.
        Assert.That(Values.Of(x.grad!)[0], Is.EqualTo(0.6).Within(1e-6));
        Assert.That(Values.Of(y.grad!)[0], Is.EqualTo(0.8).Within(1e-6));
        Assert.That(nn.utils.clip_grad_norm_([x, y], 10), Is.EqualTo(1).Within(1e-6));
        Assert.That(Values.Of(y.grad!)[0], Is.EqualTo(0.8).Within(1e-6));
        nn.utils.clip_grad_value_([x, y], 0.7);
        Assert.That((Values.Of(x.grad!)[0], Values.Of(y.grad!)[0]), Is.EqualTo((0.6, 0.7)).Within(1e-6));
        Assert.That(nn.utils.clip_grad_norm_([without], 1), Is.Zero);
    }

    [Test]
    public void Gradients_are_removed_or_zeroed()
    {
        using var linear = nn.Linear(2, 2);
        linear.forward(ones(1, 2)).sum().backward();
        linear.zero_grad(set_to_none: false);
        Assert.That(Values.Of(linear.weight.grad!), Is.EqualTo(new double[4]));
        linear.zero_grad();
        Assert.That(linear.weight.grad, Is.Null);
    }

    [Test]
    public void A_state_moves_from_model_to_model()
    {
        using var source = Model();
        using var target = Model();
        var tokens = tensor(new long[] { 1, 2, 3, 0 }, [1, 4]);
        source.eval();
        target.eval();
        var expected = Values.Of(source.forward(tokens));
        Assert.That(Values.Of(target.forward(tokens)), Is.Not.EqualTo(expected));
        target.load_state_dict(source.state_dict());
        Assert.That(Values.Of(target.forward(tokens)), Is.EqualTo(expected));
    }

    [Test]
    public void A_state_of_other_names_is_refused_or_reported()
    {
        using var linear = nn.Linear(2, 2);
        var state = new Dictionary<string, Tensor> { ["weight"] = ones(2, 2), ["other"] = ones(1) };
        Assert.That(() => linear.load_state_dict(state), Throws.InvalidOperationException.With.Message.Contains("missing [bias]"));
        var (missing, unexpected) = linear.load_state_dict(state, strict: false);
        Assert.That((missing.Single(), unexpected.Single()), Is.EqualTo(("bias", "other")));
        Assert.That(Values.Of(linear.weight), Is.EqualTo(new double[] { 1, 1, 1, 1 }));
    }

    [Test]
    public void A_file_brings_a_model_back()
    {
        using var source = Model();
        using var target = Model();
        var file = Path.GetTempFileName();
        source.save(file);
        target.load(file);
        File.Delete(file);
        foreach (var (name, tensor) in source.state_dict())
            Assert.That(Values.Of(target.state_dict()[name]), Is.EqualTo(Values.Of(tensor)), name);
    }

    [Test]
    public void A_damaged_or_foreign_stream_is_refused()
    {
        using var linear = nn.Linear(2, 3);
        using var wider = nn.Linear(3, 3);
        using var bare = nn.Linear(2, 3, hasBias: false);
        var stream = new MemoryStream();
        linear.save(stream);
        var bytes = stream.ToArray();

        void Load(nn.Module module, byte[] from, bool strict = true) => module.load(new MemoryStream(from), strict);
        Assert.That(() => Load(wider, bytes), Throws.ArgumentException.With.Message.Contains("expected [3, 3], found [3, 2]"));
        Assert.That(() => Load(bare, bytes), Throws.ArgumentException.With.Message.Contains("expected 1"));
        Assert.That(() => Load(linear, bytes[..^1]), Throws.TypeOf<EndOfStreamException>());
        Assert.That(() => Load(linear, [.. Enumerable.Repeat((byte)0xff, 12)]), Throws.TypeOf<InvalidDataException>());
        // Entries, then the name "weight", then its element type.
        Assert.That(() => Load(linear, [2, .. bytes[1..8], 99, .. bytes[9..]]), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Load(linear, [2, .. bytes[1..9], 65, .. bytes[10..]]), Throws.TypeOf<InvalidDataException>());

        nn.init.zeros_(bare.weight);
        Load(bare, bytes, strict: false);
        Assert.That(Values.Of(bare.weight), Is.EqualTo(Values.Of(linear.weight)));
    }

    [Test]
    public void A_model_changes_its_element_type_in_place()
    {
        using var model = Model().to(float64);
        Assert.That(model.parameters().All(parameter => parameter.dtype == float64 && parameter.requires_grad), Is.True);
        model.forward(tensor(new long[] { 1, 2, 3, 4 }, [1, 4])).sum().backward();
        Assert.That(model.get_parameter("position")!.grad!.dtype, Is.EqualTo(float64));
    }

    [Test]
    public void A_list_numbers_its_modules_anew()
    {
        var (a, b, c) = (nn.Linear(1, 1), nn.Linear(1, 2), nn.Linear(1, 3));
        using var list = nn.ModuleList(a, b);
        list.Insert(0, c);
        Assert.That(list.get_parameter("0.weight"), Is.SameAs(c.weight));
        Assert.That(list.Remove(a), Is.True);
        Assert.That(list.named_children().Select(entry => (entry.name, entry.module)), Is.EqualTo(new[] { ("0", (nn.Module)c), ("1", b) }));
        Assert.That((list.Count, list.IndexOf(b), list.Contains(a)), Is.EqualTo((2, 1, false)));
        a.Dispose();
    }

    [Test]
    public void Names_of_submodules_are_checked()
    {
        using var model = Model();
        Assert.That(() => model.register_module("a.b", nn.Dropout()), Throws.ArgumentException);
        Assert.That(() => model.register_module("", nn.Dropout()), Throws.ArgumentException);
        Assert.That(() => model.add_module("norm", nn.Dropout()), Throws.InvalidOperationException);
        Assert.That(() => model.register_parameter("position", new Parameter(zeros(1))), Throws.InvalidOperationException);
    }

    [Test]
    public void Buffers_belong_to_the_state_if_they_persist()
    {
        using var linear = nn.Linear(1, 1, hasBias: false);
        linear.register_buffer("kept", zeros(1).DetachFromDisposeScope());
        linear.register_buffer("passing", zeros(1).DetachFromDisposeScope(), persistent: false);
        Assert.That(linear.state_dict().Keys, Is.EqualTo(new[] { "weight", "kept" }));
        Assert.That(linear.named_buffers().Select(entry => entry.name), Is.EqualTo(new[] { "kept", "passing" }));
        Assert.That(linear.parameters().Count(), Is.EqualTo(1));
    }
}
