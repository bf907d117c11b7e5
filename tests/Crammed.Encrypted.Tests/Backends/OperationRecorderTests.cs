using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Tests.Backends;

/// <summary>What the recorder counts: calls by layer, kind and level, rotations and relinearizations with their highest level.</summary>
[TestFixture]
public sealed class OperationRecorderTests
{
    private const int Slots = 8;
    private OperationRecorder _recorder = null!;
    private RecordingBackend _backend = null!;
    private SlotVector _a = null!;
    private SlotVector _b = null!;

    [SetUp]
    public void CreateBackend()
    {
        var clear = new ClearBackend(Slots, 5);
        _recorder = new OperationRecorder();
        _backend = new RecordingBackend(clear, _recorder);
        _a = clear.Load([1, 2, 3, 4, 5, 6, 7, 8], 4);
        _b = clear.Load([8, 7, 6, 5, 4, 3, 2, 1], 4);
    }

    [Test]
    public void Every_call_is_counted_by_its_kind_level_and_count()
    {
        Assert.That((_backend.SlotCount, _backend.MaxLevel), Is.EqualTo((Slots, 5)));
        var plain = new PlainSlots(new double[Slots]);
        _backend.Add(_a, _b);
        _backend.Subtract(_a, _b);
        _backend.Negate(_a);
        _backend.AddConstant(_a, 1);
        _backend.MultiplyInteger(_a, 2);
        _backend.MultiplyScalar(_a, 2);
        _backend.SumOfPlainProducts([_a, _b, _a], [plain, plain, plain]);
        _backend.SumOfProducts([_a, _b], [_b, _a]);
        _backend.SumOfSquaredDifferences([_a, _b, _a], [_b, _a, _b]);
        _backend.LinearCombinations([_a, _b], new double[3, 2], null);
        var low = _backend.LowerTo(_a, 2);
        _backend.LowerTo(_a, 4);
        _backend.Add(low, low);
        _backend.Rotate(_a, [0, 1, 3]);
        _backend.Refresh([_a, _b, low], 5);

        Assert.That(_recorder.Records.Select(record => (record.Layer, record.Operation, record.Level, record.Count)), Is.EqualTo(new[]
        {
            ("", "add", 2, 1L), ("", "add", 4, 4), ("", "lower", 4, 1), ("", "matrix product", 4, 6), ("", "multiply", 4, 5),
            ("", "multiply integer", 4, 1), ("", "multiply plain", 4, 3), ("", "multiply scalar", 4, 1), ("", "refresh", 5, 3),
            ("", "rotate", 4, 2),
        }));
        Assert.That(_recorder.Records.Select(record => record.Seconds), Is.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Values_pass_through_unchanged()
    {
        Assert.That(ClearBackend.Read(_backend.SumOfProducts([_a], [_b])), Is.EqualTo(new double[] { 8, 14, 18, 20, 20, 18, 14, 8 }));
        Assert.That(ClearBackend.Read(_backend.Rotate(_a, [2])[0]), Is.EqualTo(new double[] { 3, 4, 5, 6, 7, 8, 1, 2 }));
        Assert.That(_backend.LowerTo(_a, 4), Is.SameAs(_a));
    }

    [Test]
    public void Rotations_are_known_by_left_steps_with_their_highest_level()
    {
        using var low = _backend.LowerTo(_a, 1);
        _backend.Rotate(low, [1, -1, 8, 11]);
        _backend.Rotate(_a, [-5]);
        _backend.Rotate(low, [3]);
        Assert.That(_recorder.Rotations, Is.EquivalentTo(new Dictionary<int, int> { [1] = 1, [7] = 1, [3] = 4 }));
    }

    [Test]
    public void Relinearization_is_known_by_its_highest_level()
    {
        Assert.That(_recorder.RelinearizationLevel, Is.EqualTo(-1));
        _backend.MultiplyScalar(_a, 2);
        _backend.SumOfPlainProducts([_a], [new PlainSlots(new double[Slots])]);
        Assert.That(_recorder.RelinearizationLevel, Is.EqualTo(-1), "public factors need none");
        using var low = _backend.LowerTo(_a, 2);
        _backend.SumOfSquaredDifferences([low], [low]);
        Assert.That(_recorder.RelinearizationLevel, Is.EqualTo(2));
        _backend.SumOfProducts([_a], [_b]);
        _backend.SumOfProducts([low], [low]);
        Assert.That(_recorder.RelinearizationLevel, Is.EqualTo(4));
    }

    [Test]
    public void Calls_are_counted_in_the_innermost_scope()
    {
        using (_recorder.Enter("layer0"))
        {
            _backend.Negate(_a);
            using (_recorder.Enter("layer0.scores"))
            {
                Assert.That(_recorder.Layer, Is.EqualTo("layer0.scores"));
                _backend.Negate(_a);
                _backend.Negate(_a);
            }
            _backend.AddConstant(_a, 1);
        }
        _backend.Negate(_a);
        Assert.That(_recorder.Records.Select(record => (record.Layer, record.Count)),
            Is.EqualTo(new[] { ("", 1L), ("layer0", 2), ("layer0.scores", 2) }));
        Assert.That(_recorder.LayerSeconds.Keys, Is.EquivalentTo(new[] { "layer0", "layer0.scores" }));
        Assert.That(_recorder.LayerSeconds["layer0"], Is.GreaterThanOrEqualTo(_recorder.LayerSeconds["layer0.scores"]));
    }

    [Test]
    public void Calls_on_many_threads_are_all_counted()
    {
        Parallel.For(0, 1000, i =>
        {
            _backend.Negate(_a).Dispose();
            _backend.Rotate(_a, [1 + i % 7])[0].Dispose();
        });
        Assert.That(_recorder.Records.Select(record => (record.Operation, record.Count)),
            Is.EqualTo(new[] { ("add", 1000L), ("rotate", 1000) }));
        Assert.That(_recorder.Rotations.Keys, Is.EquivalentTo(Enumerable.Range(1, 7)));
    }
}
