using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Tests.Backends;

/// <summary>The contract of <see cref="ISlotBackend"/> on clear slots: values, levels, and what ciphertexts could not do.</summary>
[TestFixture]
public sealed class ClearBackendTests
{
    private const int Slots = 8;
    private const int MaxLevel = 5;
    private static readonly double[] A = [1, -2, 3.5, 0, 0.25, 8, -1, 4];
    private static readonly double[] B = [2, 3, -1, 5, 4, 0.5, 1, -8];
    private readonly ClearBackend _backend = new(Slots, MaxLevel);

    /// <summary>Operations of a at level 3 and b at level 3, what they give (exact on these numbers), and the level.</summary>
    private static IEnumerable<TestCaseData> Operations()
    {
        var plain = new PlainSlots(B);
        return
        [
            Case("add", (k, a, b) => k.Add(a, b), (a, b) => a + b, 3),
            Case("subtract", (k, a, b) => k.Subtract(a, b), (a, b) => a - b, 3),
            Case("negate", (k, a, _) => k.Negate(a), (a, _) => -a, 3),
            Case("add constant", (k, a, _) => k.AddConstant(a, 0.5), (a, _) => a + 0.5, 3),
            Case("multiply integer", (k, a, _) => k.MultiplyInteger(a, -3), (a, _) => -3 * a, 3),
            Case("multiply scalar", (k, a, _) => k.MultiplyScalar(a, 0.75), (a, _) => 0.75 * a, 2),
            Case("plain products", (k, a, b) => k.SumOfPlainProducts([a, b], [plain, plain]), (a, b) => a * b + b * b, 2),
            Case("products", (k, a, b) => k.SumOfProducts([a, b, b], [b, b, a]), (a, b) => 2 * a * b + b * b, 2),
            Case("squared differences", (k, a, b) => k.SumOfSquaredDifferences([a, a], [b, a]), (a, b) => (a - b) * (a - b), 2),
            Case("combinations", (k, a, b) => k.LinearCombinations([a, b], new double[,] { { 1, 2 }, { -0.5, 4 } }, [0, 3])[1],
                (a, b) => 3 - 0.5 * a + 4 * b, 2),
            Case("combinations without bias", (k, a, b) => k.LinearCombinations([a, b], new double[,] { { 1, 2 } }, null)[0],
                (a, b) => a + 2 * b, 2),
            Case("lower", (k, a, _) => k.LowerTo(a, 0), (a, _) => a, 0),
            Case("refresh up", (k, a, _) => k.Refresh([a], MaxLevel)[0], (a, _) => a, MaxLevel),
            Case("refresh down", (k, a, b) => k.Refresh([a, b], 1)[1], (_, b) => b, 1),
            Case("multiply", (k, a, b) => k.Multiply(a, b), (a, b) => a * b, 2),
            Case("multiply plain", (k, a, _) => k.MultiplyPlain(a, plain), (a, b) => a * b, 2),
        ];

        static TestCaseData Case(
            string name, Func<ISlotBackend, SlotVector, SlotVector, SlotVector> run, Func<double, double, double> expected, int level) =>
            new TestCaseData(run, expected, level).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Operations))]
    public void Operations_give_new_vectors_with_their_values_and_levels(
        Func<ISlotBackend, SlotVector, SlotVector, SlotVector> run, Func<double, double, double> expected, int level)
    {
        using var a = _backend.Load(A, 3);
        using var b = _backend.Load(B, 3);
        var result = run(_backend, a, b);
        Assert.That(ClearBackend.Read(result), Is.EqualTo(A.Zip(B, expected)));
        Assert.That(result.Level, Is.EqualTo(level));
        result.Dispose();
        Assert.That(ClearBackend.Read(a), Is.EqualTo(A), "operands stay");
        Assert.That(ClearBackend.Read(b), Is.EqualTo(B), "operands stay");
    }

    [Test]
    public void Additions_lower_the_higher_operand()
    {
        using var high = _backend.Load(A, 4);
        using var low = _backend.Load(B, 1);
        foreach (var sum in new[] { _backend.Add(high, low), _backend.Add(low, high), _backend.Subtract(low, high) })
            Assert.That(sum.Level, Is.EqualTo(1));
        using var product = _backend.MultiplyAligned(high, low);
        Assert.That(product.Level, Is.EqualTo(0));
        Assert.That(ClearBackend.Read(product), Is.EqualTo(A.Zip(B, (a, b) => a * b)));
    }

    /// <summary>Products, by the name that their messages start with.</summary>
    private static IEnumerable<TestCaseData> Products()
    {
        return
        [
            Case(nameof(ISlotBackend.MultiplyScalar), (k, a, _) => k.MultiplyScalar(a, 2)),
            Case(nameof(ISlotBackend.SumOfPlainProducts),
                (k, a, b) => k.SumOfPlainProducts([a, b], [new PlainSlots(A), new PlainSlots(B)])),
            Case(nameof(ISlotBackend.SumOfProducts), (k, a, b) => k.SumOfProducts([a], [b])),
            Case(nameof(ISlotBackend.SumOfSquaredDifferences), (k, a, b) => k.SumOfSquaredDifferences([a], [b])),
            Case(nameof(ISlotBackend.LinearCombinations), (k, a, b) => k.LinearCombinations([a, b], new double[3, 2], null)),
        ];

        static TestCaseData Case(string name, Action<ISlotBackend, SlotVector, SlotVector> run) =>
            new TestCaseData(name, run).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Products))]
    public void Products_need_a_level_and_equal_levels(string name, Action<ISlotBackend, SlotVector, SlotVector> run)
    {
        using var a = _backend.Load(A, 0);
        using var b = _backend.Load(B, 0);
        Assert.That(() => run(_backend, a, b), Throws.InvalidOperationException.With.Message.EqualTo(
            $"{name}: no level is left (operands at level 0); refresh them first."));
        if (name == nameof(ISlotBackend.MultiplyScalar))
            return;
        using var high = _backend.Load(A, 3);
        using var higher = _backend.Load(B, 4);
        Assert.That(() => run(_backend, high, higher),
            Throws.InvalidOperationException.With.Message.EqualTo($"{name}: operands at levels 3 and 4."));
    }

    [Test]
    public void Operands_that_are_missing_or_do_not_match_in_number_are_refused()
    {
        using var a = _backend.Load(A, 2);
        var plain = new PlainSlots(B);
        Assert.That(() => _backend.SumOfProducts([], []), Throws.ArgumentException.With.Message.EqualTo("SumOfProducts: no operands."));
        Assert.That(() => _backend.SumOfPlainProducts([], []), Throws.ArgumentException);
        Assert.That(() => _backend.SumOfProducts([a], [a, a]),
            Throws.ArgumentException.With.Message.EqualTo("SumOfProducts: 1 operands meet 2."));
        Assert.That(() => _backend.SumOfPlainProducts([a], [plain, plain]), Throws.ArgumentException);
        Assert.That(() => _backend.SumOfSquaredDifferences([a, a], [a]), Throws.ArgumentException);
        Assert.That(() => _backend.LinearCombinations([a], new double[2, 2], null), Throws.ArgumentException);
        Assert.That(() => _backend.LinearCombinations([a], new double[2, 1], [1]), Throws.ArgumentException);
    }

    [Test]
    public void Levels_only_go_down_without_a_refresh()
    {
        using var a = _backend.Load(A, 2);
        Assert.That(() => _backend.LowerTo(a, 3),
            Throws.InvalidOperationException.With.Message.EqualTo("LowerTo: a vector at level 2 cannot be lowered to level 3."));
        Assert.That(() => _backend.LowerTo(a, -1), Throws.InvalidOperationException.With.Message.Contains("refresh the vector first"));
        using var same = _backend.LowerTo(a, 2);
        Assert.That(same, Is.SameAs(a), "a share");
    }

    [Test]
    public void What_is_made_must_fit_the_backend()
    {
        Assert.That(() => new ClearBackend(12, 3), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("power of two"));
        Assert.That(() => new ClearBackend(1, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ClearBackend(8, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _backend.Load(new double[7], 2),
            Throws.ArgumentException.With.Message.StartsWith("Expected 8 values, one a slot, found 7."));
        Assert.That(() => _backend.Load(A, MaxLevel + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _backend.Load(A, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        using var a = _backend.Load(A, 2);
        Assert.That(() => _backend.Refresh([a], MaxLevel + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Rotations_go_left_and_around()
    {
        using var a = _backend.Load(A, 2);
        int[] steps = [.. Enumerable.Range(-2 * Slots, 4 * Slots + 1)];
        var rotated = _backend.Rotate(a, steps);
        for (var k = 0; k < steps.Length; k++)
        {
            var expected = Enumerable.Range(0, Slots).Select(i => A[((i + steps[k]) % Slots + Slots) % Slots]);
            Assert.That(ClearBackend.Read(rotated[k]), Is.EqualTo(expected), $"{steps[k]} steps");
            Assert.That(rotated[k].Level, Is.EqualTo(2));
            Assert.That(ReferenceEquals(rotated[k], a), Is.EqualTo(steps[k] % Slots == 0), "no rotation is a share");
            rotated[k].Dispose();
        }
        using var one = _backend.Rotate(a, 1);
        Assert.That(ClearBackend.Read(one)[0], Is.EqualTo(A[1]));
    }

    [Test]
    public void A_refresh_refuses_what_a_ciphertext_could_not_hold()
    {
        var bounded = new ClearBackend(Slots, MaxLevel, range: 8);
        using var inside = bounded.Load(A, 0);
        using var refreshed = bounded.Refresh([inside], 3)[0];
        Assert.That(ClearBackend.Read(refreshed), Is.EqualTo(A), "8 is just inside");
        using var outside = bounded.Load([.. A.Select(value => value * 1.125)], 0);
        Assert.That(() => bounded.Refresh([inside, outside], 3), Throws.InstanceOf<RangeViolationException>()
            .With.Message.EqualTo("refresh: |value| 9 is beyond the decryptable range of 8."));
        using var nothing = bounded.Load([.. A.Select(_ => double.NaN)], 0);
        Assert.That(() => bounded.Refresh([nothing], 3), Throws.InstanceOf<RangeViolationException>().With.Message.Contains("NaN"));
        using var unchecked_ = _backend.Refresh([outside], 3)[0];
        Assert.That(unchecked_.Level, Is.EqualTo(3), "no range, no check");
    }
}
