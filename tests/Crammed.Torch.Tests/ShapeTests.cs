using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class ShapeTests
{
    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    // 0 ... 23 in the shape (2, 3, 4): element (i, j, k) is 12 i + 4 j + k.
    private static Tensor Cube() => arange(24).reshape(2, 3, 4);

    [Test]
    public void A_tensor_describes_itself()
    {
        var x = Cube();
        Assert.That(x.shape, Is.EqualTo(new long[] { 2, 3, 4 }));
        Assert.That(x.size(-1), Is.EqualTo(4));
        Assert.That(() => x.size(3), Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That((x.dim(), x.numel(), x.dtype), Is.EqualTo((3, 24, ScalarType.Int64)));
        Assert.That(x.is_contiguous(), Is.True);
        Assert.That(x.ToString(), Is.EqualTo("[2x3x4], type = Int64"));
    }

    private static IEnumerable<TestCaseData> Reshapes()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor> act, long[] shape, params double[] start) =>
            new TestCaseData(act, shape, start).SetName(name);
        yield return Case("view", x => x.view(6, -1), [6, 4], 0, 1, 2, 3, 4);
        yield return Case("flatten", x => x.flatten(1), [2, 12], 0, 1, 2);
        yield return Case("transpose", x => x.transpose(0, 2), [4, 3, 2], 0, 12, 4, 16);
        yield return Case("negative dimensions", x => x.transpose(-2, -1), [2, 4, 3], 0, 4, 8, 1);
        yield return Case("permute", x => x.permute(1, 2, 0), [3, 4, 2], 0, 12, 1, 13);
        yield return Case("unsqueeze", x => x.unsqueeze(1), [2, 1, 3, 4], 0, 1);
        yield return Case("squeeze", x => x.narrow(0, 1, 1).squeeze(0), [3, 4], 12, 13);
        yield return Case("squeeze all", x => x.narrow(0, 1, 1).narrow(2, 1, 1).squeeze(), [3], 13, 17, 21);
        yield return Case("expand", x => x.narrow(2, 3, 1).expand(-1, -1, 2), [2, 3, 2], 3, 3, 7, 7);
        yield return Case("repeat", x => x.select(0, 0).select(0, 0).repeat(2, 2), [2, 8], 0, 1, 2, 3, 0);
        yield return Case("slice", x => x.slice(2, 1, 4, 2), [2, 3, 2], 1, 3, 5, 7);
        yield return Case("select", x => x.select(1, -1), [2, 4], 8, 9, 10, 11, 20);
        yield return Case("index_select", x => x.index_select(2, tensor(new long[] { 3, 0 })), [2, 3, 2], 3, 0, 7, 4);
        yield return Case("tril", x => x.select(0, 0).tril(), [3, 4], 0, 0, 0, 0, 4, 5, 0, 0, 8, 9, 10, 0);
        yield return Case("triu", x => triu(x.select(0, 0), 1), [3, 4], 0, 1, 2, 3, 0, 0, 6, 7);
        yield return Case("stack", x => stack([x.select(0, 0), x.select(0, 1)], 2), [3, 4, 2], 0, 12, 1, 13);
        yield return Case("cat", x => cat([x, x], 1), [2, 6, 4], 0, 1, 2, 3, 4);
        yield return Case("masked_fill", x => x.masked_fill(x % 2 == 0, -1), [2, 3, 4], -1, 1, -1, 3);
        yield return Case("masked_select", x => x.masked_select(x > 20), [3], 21, 22, 23);
        yield return Case("cumsum", x => x.cumsum(1), [2, 3, 4], 0, 1, 2, 3, 4, 6, 8, 10);
        yield return Case("one_hot", x => nn.functional.one_hot(x.narrow(0, 0, 1).select(1, 0), 4), [1, 4, 4], 1, 0, 0, 0, 0, 1);
    }

    [TestCaseSource(nameof(Reshapes))]
    public void Elements_move_as_they_should(Func<Tensor, Tensor> act, long[] shape, double[] start)
    {
        var result = act(Cube());
        Assert.That(result.shape, Is.EqualTo(shape));
        Assert.That(Values.Of(result)[..start.Length], Is.EqualTo(start));
    }

    [Test]
    public void Parts_make_the_whole()
    {
        Tensor[][] partings = [Cube().chunk(2, 2), Cube().split(2, 2), Cube().split([1, 3], 2), split(Cube(), [3, 1], 2)];
        foreach (var parts in partings)
            Assert.That(Values.Of(cat(parts, 2)), Is.EqualTo(Values.Of(Cube())));
        Assert.That(partings[2].Select(part => part.size(2)), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(Values.Of(Cube().unbind(1)[2]), Is.EqualTo(new double[] { 8, 9, 10, 11, 20, 21, 22, 23 }));
    }

    [Test]
    public void Gather_and_scatter_are_each_others_inverse()
    {
        var index = tensor(new long[] { 2, 0, 1, 1, 2, 0 }, [2, 3]);
        var x = arange(6).reshape(2, 3);
        var gathered = x.gather(1, index);
        Assert.That(Values.Of(gathered), Is.EqualTo(new double[] { 2, 0, 1, 4, 5, 3 }));
        Assert.That(Values.Of(zeros_like(x).scatter(1, index, gathered)), Is.EqualTo(Values.Of(x)));
        Assert.That(Values.Of(zeros_like(x).scatter_add(1, zeros_like(index), x).select(1, 0)), Is.EqualTo(new double[] { 3, 12 }));
    }

    private static IEnumerable<TestCaseData> Indices()
    {
        TestCaseData Case(string name, Func<Tensor, Tensor> act, long[] shape, params double[] start) =>
            new TestCaseData(act, shape, start).SetName(name);
        yield return Case("[1]", x => x[1], [3, 4], 12, 13);
        yield return Case("[1, 2, 3]", x => x[1, 2, 3], [], 23);
        yield return Case("[-1, 0]", x => x[-1, 0], [4], 12, 13);
        yield return Case("[:, 1:3]", x => x[TensorIndex.Colon, TensorIndex.Slice(1, 3)], [2, 2, 4], 4, 5, 6, 7, 8);
        yield return Case("[..., 0]", x => x[TensorIndex.Ellipsis, 0], [2, 3], 0, 4, 8, 12);
        yield return Case("[.., ^2..]", x => x[.., ^2..], [2, 2, 4], 4, 5);
        yield return Case("[0, ..^1]", x => x[0, ..^1], [2, 4], 0, 1);
        yield return Case("[(None, 2)]", x => x[(null, 1)], [1, 3, 4], 0, 1);
        yield return Case("[None]", x => x[TensorIndex.None, 1], [1, 3, 4], 12);
        yield return Case("[::2]", x => x[0, 0, TensorIndex.Slice(step: 2)], [2], 0, 2);
        yield return Case("[tensor]", x => x[tensor(new long[] { 1, 1, 0 })], [3, 3, 4], 12, 13);
        yield return Case("[:, tensor]", x => x[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 2 }))], [2, 1, 4], 8, 9);
        yield return Case("[mask]", x => x[x > 20], [3], 21, 22, 23);
        yield return Case("[mask of two dimensions, tensor]", x => x[x.select(2, 0) > 8, tensor(new long[] { 3 })], [3], 15, 19, 23);
        yield return Case("[two tensors]", x => x[tensor(new long[] { 0, 1 }), tensor(new long[] { 2, 0 })], [2, 4], 8, 9, 10, 11, 12);
    }

    [TestCaseSource(nameof(Indices))]
    public void Indices_select_as_in_Python(Func<Tensor, Tensor> act, long[] shape, double[] start)
    {
        var result = act(Cube());
        Assert.That(result.shape, Is.EqualTo(shape));
        Assert.That(Values.Of(result)[..start.Length], Is.EqualTo(start));
    }

    [Test]
    public void Indices_assign_through_views_and_masks()
    {
        var x = Cube();
        x[1] = 0L;
        x[0, 0] = tensor(new long[] { 9, 8, 7, 6 });
        x[0, .., 3] = -1L;
        x[x == 5] = 50L;
        Assert.That(Values.Of(x), Is.EqualTo((double[])[9, 8, 7, -1, 4, 50, 6, -1, 8, 9, 10, -1, .. new double[12]]));
    }

    [Test]
    public void An_index_out_of_range_is_an_error() =>
        Assert.That(() => Cube()[2], Throws.TypeOf<System.Runtime.InteropServices.ExternalException>().With.Message.Contains("out of"));

    [Test]
    public void Views_share_memory_and_copies_do_not()
    {
        var x = zeros(2, 3);
        x.view(6).select(0, 4).fill_(5);
        x.clone().fill_(1);
        x.contiguous().select(0, 0).fill_(2);
        Assert.That(Values.Of(x), Is.EqualTo(new double[] { 2, 2, 2, 0, 5, 0 }));
    }
}
