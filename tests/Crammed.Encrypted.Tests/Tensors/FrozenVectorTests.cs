using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Frozen vectors of features against plain loops over random shapes, and their slots one by one.</summary>
[TestFixture]
public sealed class FrozenVectorTests
{
    private const int Cases = 25;

    [Test]
    public void A_vector_is_added_to_every_token_and_multiplies_it([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        Verify(shapes, shapes.Grid.Features(shapes.Features()));
    }

    [Test]
    public void A_vector_is_added_to_a_spread_token_and_multiplies_it([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, rowStep) = shapes.Spread();
        Verify(shapes, shapes.Grid.Spread(features, rowStep));
    }

    [Test]
    public void Other_layouts_are_refused()
    {
        var grid = new SlotGrid(4, 2, 4);
        var x = new Graph(grid).Parameter("x", grid.PerToken());
        Assert.That(() => x.PlusFrozen("bias"), Throws.ArgumentException.With.Message.Contains("takes features by token"));
        Assert.That(() => x.TimesFrozen("weight"), Throws.ArgumentException.With.Message.Contains("takes features by token"));
    }

    [Test]
    public void A_vector_that_is_too_long_or_missing_is_refused()
    {
        var grid = new SlotGrid(4, 2, 4);
        var mask = SlotMask.Of(FrozenVector.InRows("bias", new FeatureBlocks(2, 3), 0));
        var scalars = new Dictionary<string, double>();
        Assert.That(
            () => mask.At(new LoopPoint(), grid, scalars, new Dictionary<string, float[]> { ["bias"] = new float[7] }),
            Throws.ArgumentException.With.Message.EqualTo("the frozen vector bias has 7 values, 2x3 takes 6"));
        Assert.That(
            () => mask.At(new LoopPoint(), grid, scalars, new Dictionary<string, float[]>()), Throws.TypeOf<KeyNotFoundException>());
    }

    /// <summary>What is encoded once is told apart by name, features, rows and column.</summary>
    [Test]
    public void Slots_of_one_vector_are_equal_where_they_hold_the_same()
    {
        var grid = new SlotGrid(8, 2, 4);
        var features = new FeatureBlocks(2, 3);
        var vectors = new Dictionary<string, float[]> { ["a"] = [1, 2, 3, 4, 5, 6], ["b"] = [1, 2, 3, 4, 5, 6] };
        var axis = new Axis("column", 3);
        PublicSlots At(FrozenVector vector, int column = 0) =>
            SlotMask.Of(vector).At(new LoopPoint { [axis] = column }, grid, new Dictionary<string, double>(), vectors);
        var reference = At(FrozenVector.InRows("a", features, axis), 1);
        Assert.Multiple(() =>
        {
            Assert.That(reference, Is.EqualTo(At(FrozenVector.InRows("a", features, 1))));
            Assert.That(reference.GetHashCode(), Is.EqualTo(At(FrozenVector.InRows("a", features, 1)).GetHashCode()));
            Assert.That(reference.IsUniform, Is.False);
            Assert.That(reference, Is.Not.EqualTo(At(FrozenVector.InRows("a", features, axis), 2)));
            Assert.That(reference, Is.Not.EqualTo(At(FrozenVector.InRows("b", features, 1))));
            Assert.That(reference, Is.Not.EqualTo(At(FrozenVector.InRows("a", new FeatureBlocks(3, 2), 1))));
            Assert.That(At(FrozenVector.Spread("a", features, 1)), Is.Not.EqualTo(At(FrozenVector.Spread("a", features, 2))));
        });
    }

    private static void Verify(RandomShapes shapes, Layout layout)
    {
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("x", layout);
        var features = layout.Shape[^1];
        // A vector may be shorter than the layout: what is beyond it is zero.
        float[] bias = [.. check.Vector("bias", shapes.Between(1, features)), .. new float[features]];
        float[] weight = [.. check.Vector("weight", shapes.Between(1, features)), .. new float[features]];
        check.Verify(
            x => [x[0].PlusFrozen("bias"), x[0].TimesFrozen("weight"), x[0].TimesFrozen("weight").PlusFrozen("bias")],
            x =>
            [
                PlainTensor.Of(x[0].Shape, at => x[0][at] + bias[at[^1]]),
                PlainTensor.Of(x[0].Shape, at => x[0][at] * weight[at[^1]]),
                PlainTensor.Of(x[0].Shape, at => x[0][at] * weight[at[^1]] + bias[at[^1]]),
            ],
            [0, 1, 1]);
    }
}
