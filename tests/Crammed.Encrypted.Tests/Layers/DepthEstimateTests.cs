using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Tensors;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Encrypted.Tests.Layers;

/// <summary>
/// Levels that the circuit consumes, against the estimate from its polynomials. Everything enters at a level that no activation uses up, so
/// that nothing but the norms' single vectors is refreshed.
/// </summary>
[TestFixture]
public sealed class DepthEstimateTests
{
    private const int MaxLevel = 60;

    private readonly TinyModel _model = new(seed: 5);
    private ClearBackend _backend = null!;
    private EncryptedContext _context = null!;
    private TrainingStep _step = null!;
    private TrainingBatch _batch = null!;
    private DepthEstimate _estimate = null!;

    [SetUp]
    public void Start()
    {
        _backend = new ClearBackend(_model.Slots, MaxLevel);
        _context = new EncryptedContext(_backend, refreshLevel: MaxLevel) { ExactFunctions = false };
        _context.Tape.Enabled = false;
        _step = _model.Step(_model.TokenMajor);
        _batch = _model.Batch(_model.TokenMajor, values => _backend.Load(values, MaxLevel));
        var layer = _step.Model.Layers[0];
        _estimate = DepthEstimate.Of(new ModelFunctions(
            [new LayerFunctions(Fitted(layer.AttentionNorm.InverseDeviation), new PowerKernel(layer.KernelPower), IsKernelTrained: true,
                Fitted(layer.FeedForwardNorm.InverseDeviation), Gate: null)],
            Fitted(_step.Model.FinalNorm.InverseDeviation),
            Fitted(_step.Model.Head.Tanh)));
    }

    [TearDown]
    public void End()
    {
        _context.Dispose();
        _batch.Dispose();
        _step.Dispose();
    }

    [Test]
    public void Each_part_of_a_layer_takes_the_estimated_levels()
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
        Assert.That(x.Level - encoded.Level, Is.EqualTo(_estimate.LevelsOf(0)));
        var normalized = _step.Model.FinalNorm.Forward(encoded);
        AssertLevels("final_norm", encoded, normalized);
        var logits = _step.Model.Head.Forward(normalized, parameters[6..]);
        AssertLevels("head", normalized, logits);
        Assert.That(x.Level - logits.Level, Is.EqualTo(_estimate.Levels));
        var refreshes = _context.Recorder.Records.Where(record => record.Operation == "refresh").ToList();
        Assert.That(refreshes.Sum(record => record.Count), Is.EqualTo(3), "one vector for each norm, no activation");
    }

    /// <summary>The lowest operand in the norm is the sum that the polynomial ends with, at the level of its result.</summary>
    [Test]
    public void A_norm_takes_the_estimated_levels_on_the_side()
    {
        var x = Embedding();
        _step.Model.FinalNorm.Forward(x);
        var part = _estimate.Parts.Single(part => part.Part == "final_norm");
        int lowest = _context.Recorder.Records.Where(record => record.Operation != "refresh").Min(record => record.Level);
        Assert.That(lowest, Is.EqualTo(MaxLevel - 1 - part.SideLevels));
    }

    private void AssertLevels(string part, EncryptedTensor input, EncryptedTensor output) =>
        Assert.That(input.Level - output.Level, Is.EqualTo(_estimate.Parts.Single(each => each.Part == part).Levels), part);

    private EncryptedTensor Embedding() => _context.Tensor(
        "embedding", _model.TokenMajor.WithAcross(new Axis(SlotLayout.Feature, _model.Hidden)),
        [.. _batch.Embedding.Select(vector => vector.Share())]);

    private EncryptedTensor Mask() => _context.Tensor("mask", _model.TokenMajor, [_batch.Mask.Share()]);

    private EncryptedTensor[] Parameters() => [.. _model.ParameterShapes.Select(shape => _context.Tensor(
        shape.Name,
        SlotLayout.Repeated(_model.Slots, new Axis("row", shape.Rows), new Axis("column", shape.Columns)),
        [.. _model.Parameters[shape.Name].Select(value => _backend.Load([.. Enumerable.Repeat(value, _model.Slots)], MaxLevel))]))];

    private static FittedFunction Fitted(SlotFunction function) => new(function.Name, function.Exact, function.Approximation, []);
}
