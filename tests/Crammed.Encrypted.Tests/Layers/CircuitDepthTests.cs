using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Encrypted.Tests.Layers;

/// <summary>
/// Levels that the circuit consumes on slots, against those that it consumes on levels alone. Everything enters at a level that no activation uses up, so
/// that nothing but the norms' single vectors is refreshed.
/// </summary>
[TestFixture]
public sealed class CircuitDepthTests
{
    private const int MaxLevel = 60;

    private readonly TinyModel _model = new(seed: 5);
    private ClearBackend _backend = null!;
    private EncryptedContext _context = null!;
    private TrainingStep _step = null!;
    private TrainingBatch _batch = null!;
    private CircuitDepth _depth = null!;

    [SetUp]
    public void Start()
    {
        _backend = new ClearBackend(_model.Slots, MaxLevel);
        _context = new EncryptedContext(_backend, refreshLevel: MaxLevel);
        _context.Tape.Enabled = false;
        _step = _model.Step(_model.TokenMajor);
        _batch = _model.Batch(_model.TokenMajor, values => _backend.Load(values, MaxLevel));
        var layer = _step.Model.Layers[0];
        _depth = CircuitDepth.Of(new ModelFunctions(
            [new LayerFunctions(layer.AttentionNorm.InverseDeviation, new PowerKernel(layer.KernelPower), IsKernelTrained: true,
                layer.FeedForwardNorm.InverseDeviation, Gate: null)],
            _step.Model.FinalNorm.InverseDeviation,
            _step.Model.Head.Tanh));
    }

    [TearDown]
    public void End()
    {
        _context.Dispose();
        _batch.Dispose();
        _step.Dispose();
    }

    [Test]
    public void Each_part_of_a_layer_takes_the_depthd_levels()
    {
        var layer = _step.Model.Layers[0];
        var (x, mask, adapters, factors) = (Embedding(), Mask(), Parameters()[..6], _batch.Factors[0]);
        var normalized = layer.AttentionNorm.Forward(x);
        AssertLevels("attention_norm", x, normalized);
        var query = layer.Query.Forward(normalized, adapters[0], adapters[1], factors.Query);
        var key = layer.Key.Forward(normalized, adapters[2], adapters[3], factors.Key);
        AssertLevels("projections", normalized, query);
        var value = Functional.Mask(layer.Value.Forward(normalized, adapters[4], adapters[5], factors.Value), mask);
        var scores = Functional.KernelScores(query, key, layer.Heads, layer.KernelPower);
        AssertLevels("scores", query, scores);
        Assert.That(value.Level, Is.GreaterThan(scores.Level), "the values are off the longest path");
        var attended = Functional.Add(x, Functional.FrozenLinear(Functional.WeightedValues(scores, value), layer.AttentionOutput));
        AssertLevels("weighted_values", scores, attended);
        var second = layer.FeedForwardNorm.Forward(attended);
        AssertLevels("feed_forward_norm", attended, second);
        var gated = Functional.Multiply(Functional.FrozenLinear(second, layer.Expand), Functional.FrozenLinear(second, layer.Gate));
        AssertLevels("feed_forward", second, Functional.FrozenLinear(gated, layer.Contract));
    }

    [Test]
    public void A_layer_the_final_norm_and_the_head_take_the_sum()
    {
        var x = Embedding();
        var parameters = Parameters();
        var encoded = _step.Model.Layers[0].Forward(x, Mask(), parameters[..6], _batch.Factors[0]);
        Assert.That(x.Level - encoded.Level, Is.EqualTo(_depth.LevelsOf(0)));
        var normalized = _step.Model.FinalNorm.Forward(encoded);
        AssertLevels("final_norm", encoded, normalized);
        var logits = _step.Model.Head.Forward(normalized, parameters[6..]);
        AssertLevels("head", normalized, logits);
        Assert.That(x.Level - logits.Level, Is.EqualTo(_depth.Levels));
        var refreshes = _context.Recorder.Records.Where(record => record.Operation == "refresh").ToList();
        Assert.That(refreshes.Sum(record => record.Count), Is.EqualTo(3), "one vector for each norm, no activation");
    }

    /// <summary>By hand: norm 3, adapters 3, 1 + k squarings, values and output 2, norm 3, gate 3 and a ReLU's own depth.</summary>
    [Test]
    public void A_layer_with_a_rectified_gate_takes_its_levels_too()
    {
        var layer = _step.Model.Layers[0];
        var gate = new RectifiedLinear(10, [3, 3]);
        var functions = new LayerFunctions(
            layer.AttentionNorm.InverseDeviation, new PowerKernel(9), IsKernelTrained: false, layer.FeedForwardNorm.InverseDeviation, gate);
        var depth = CircuitDepth.Of(new ModelFunctions([functions, functions], _step.Model.FinalNorm.InverseDeviation, _step.Model.Head.Tanh));
        Assert.That(depth.Parts.Where(part => part.Layer == 1).Select(part => (part.Part, part.Levels)), Is.EqualTo(new[]
        {
            ("attention_norm", 3), ("projections", 3), ("scores", 10), ("weighted_values", 2), ("feed_forward_norm", 3),
            ("feed_forward", 3 + gate.Depth),
        }));
        Assert.That(depth.LevelsOf(0), Is.EqualTo(depth.LevelsOf(1)));
        Assert.That(depth.Levels, Is.EqualTo(2 * depth.LevelsOf(1) + 3 + 4 + _step.Model.Head.Tanh.Approximation.Depth));
    }

    private void AssertLevels(string part, EncryptedTensor input, EncryptedTensor output) =>
        Assert.That(input.Level - output.Level, Is.EqualTo(_depth.Parts.Single(each => each.Part == part).Levels), part);

    private EncryptedTensor Embedding() => _context.Tensor(
        "embedding", _model.TokenMajor.WithAcross(new Axis(SlotLayout.Feature, _model.Hidden)),
        [.. _batch.Embedding.Select(vector => vector.Share())]);

    private EncryptedTensor Mask() => _context.Tensor("mask", _model.TokenMajor, [_batch.Mask.Share()]);

    private EncryptedTensor[] Parameters() => [.. _model.ParameterShapes.Select(shape => _context.Tensor(
        shape.Name,
        SlotLayout.Repeated(_model.Slots, new Axis("row", shape.Rows), new Axis("column", shape.Columns)),
        [.. _model.Parameters[shape.Name].Select(value => _backend.Load([.. Enumerable.Repeat(value, _model.Slots)], MaxLevel))]))];
}
