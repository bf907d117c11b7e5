using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class FactoryTests
{
    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static IEnumerable<TestCaseData> Created()
    {
        TestCaseData Case(string name, Func<Tensor> create, ScalarType type, long[] shape, params double[] elements) =>
            new TestCaseData(create, type, shape, elements).SetName(name);
        yield return Case("zeros", () => zeros(2, 1), float32, [2, 1], 0, 0);
        yield return Case("ones of a type", () => ones([2], ScalarType.Bool), ScalarType.Bool, [2], 1, 1);
        yield return Case("ones of long sizes", () => ones(1L, 1L, 2L, 1L), float32, [1, 1, 2, 1], 1, 1);
        yield return Case("full of an integer", () => full(2, 7), int64, [2], 7, 7);
        yield return Case("full of a real", () => full([2], 0.5), float32, [2], 0.5, 0.5);
        yield return Case("full_like", () => full_like(zeros([1], float64), 3), float64, [1], 3);
        yield return Case("ones_like of another type", () => ones_like(zeros(2), int64), int64, [2], 1, 1);
        yield return Case("arange", () => arange(3), int64, [3], 0, 1, 2);
        yield return Case("arange of reals", () => arange(0, 1, 0.5), float32, [2], 0, 0.5);
        yield return Case("linspace", () => linspace(0, 1, 3), float32, [3], 0, 0.5, 1);
        yield return Case("eye", () => eye(2, 3), float32, [2, 3], 1, 0, 0, 0, 1, 0);
        yield return Case("a float", () => tensor(1.5f), float32, [], 1.5);
        yield return Case("a double", () => tensor(1.5), float64, [], 1.5);
        yield return Case("a long", () => tensor(3L), int64, [], 3);
        yield return Case("a bool", () => tensor(true), ScalarType.Bool, [], 1);
        yield return Case("an int becomes a real", () => tensor(3L, float32), float32, [], 3);
        yield return Case("floats", () => tensor(new[] { 1f, 2f }), float32, [2], 1, 2);
        yield return Case("floats of a shape", () => tensor(new[] { 1f, 2f }, [2, 1]), float32, [2, 1], 1, 2);
        yield return Case("doubles as floats", () => tensor(new[] { 1.0, 2.0 }, float32), float32, [2], 1, 2);
        yield return Case("a list", () => tensor(new List<long> { 1, 2, 3, 4 }, [2, 2]), int64, [2, 2], 1, 2, 3, 4);
        yield return Case("memory", () => tensor(new byte[] { 1, 2, 3 }.AsMemory(1), [2]), ScalarType.Byte, [2], 2, 3);
        yield return Case("an array of two dimensions", () => from_array(new[,] { { 1, 2 }, { 3, 4 } }), int32, [2, 2], 1, 2, 3, 4);
        yield return Case("bools", () => tensor(new[] { true, false }), ScalarType.Bool, [2], 1, 0);
        yield return Case("empty", () => empty(0, 3), float32, [0, 3]);
        yield return Case("a number", () => 2.5f, float32, [], 2.5);
        yield return Case("a scalar", () => (Scalar)2, int32, [], 2);
    }

    [TestCaseSource(nameof(Created))]
    public void A_tensor_is_created(Func<Tensor> create, ScalarType type, long[] shape, double[] elements)
    {
        var result = create();
        Assert.That((result.dtype, result.requires_grad), Is.EqualTo((type, false)));
        Assert.That(result.shape, Is.EqualTo(shape));
        Assert.That(Values.Of(result), Is.EqualTo(elements));
    }

    [Test]
    public void Data_are_copied()
    {
        float[] data = [1, 2];
        var x = tensor(data);
        data[0] = 5;
        Assert.That(x.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void Wrong_arguments_are_refused()
    {
        Assert.That(() => tensor(new[] { 1f, 2f }, [3]), Throws.ArgumentException.With.Message.Contains("3 vs. 2"));
        Assert.That(() => tensor(new[] { 1f, 2f }, [-1, -2]), Throws.ArgumentException);
        Assert.That(() => from_array(new[] { "a" }), Throws.ArgumentException);
        Assert.That(() => zeros(1, names: ["a"]), Throws.TypeOf<NotSupportedException>());
        Assert.That(() => zeros([1], int64, requires_grad: true),
            Throws.TypeOf<System.Runtime.InteropServices.ExternalException>().With.Message.Contains("floating"));
    }

    [Test]
    public void Elements_are_read_and_written_through_any_view()
    {
        var x = arange(6, dtype: float32).reshape(2, 3);
        var view = x.t().data<float>();
        Assert.That(view.ToArray(), Is.EqualTo(new float[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(view.Count, Is.EqualTo(6));
        Assert.That((view[1], view[2, 1]), Is.EqualTo((3f, 5f)));
        view[2, 0] = 20;
        view.CopyFrom([10, 11], tensorIndex: 2);
        Assert.That(Values.Of(x), Is.EqualTo(new double[] { 0, 10, 20, 3, 11, 5 }));
        Assert.That(view, Is.EqualTo(view.ToArray()));

        var part = new float[4];
        x.data<float>().CopyTo(part, arrayIndex: 1, tensorIndex: 4);
        Assert.That(part, Is.EqualTo(new float[] { 0, 11, 5, 0 }));
        Assert.That(() => view[6], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => view[-1], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => view[0, 2], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => view[0, 0, 0], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => x.data<double>(), Throws.ArgumentException);
    }

    [Test]
    public void One_element_becomes_a_number()
    {
        Assert.That(tensor(2.5f).item<float>(), Is.EqualTo(2.5f));
        Assert.That(() => tensor(2.5f).item<double>(), Throws.ArgumentException);
        Assert.That(() => zeros(2).item<float>(), Throws.ArgumentException);
        Assert.That(((double)tensor(2.5f), (long)tensor(3L), (int)tensor(true), (bool)tensor(0.0)), Is.EqualTo((2.5, 3L, 1, false)));
        Assert.That((tensor(2.75).ToInt64(), tensor(7L).ToSingle(), tensor(1).ToBoolean()), Is.EqualTo((2L, 7f, true)));
    }

    [Test]
    public void Types_are_converted()
    {
        var x = tensor(new[] { 1.75, -2.5 });
        Assert.That(x.to(float64), Is.SameAs(x));
        Assert.That(x.to(float64, copy: true), Is.Not.SameAs(x));
        Assert.That(x.to(int64).data<long>().ToArray(), Is.EqualTo(new long[] { 1, -2 }));
        Assert.That(x.to_type(float32).data<float>().ToArray(), Is.EqualTo(new[] { 1.75f, -2.5f }));
        x.to(float32, disposeAfter: true);
        Assert.That(x.IsInvalid, Is.True);
    }

    [Test]
    public void Bytes_are_the_elements_memory()
    {
        var x = tensor(new[] { 1, 256 });
        Assert.That(x.bytes.ToArray(), Is.EqualTo(new byte[] { 1, 0, 0, 0, 0, 1, 0, 0 }));
        x.bytes = new byte[] { 2, 0, 0, 0, 3, 0, 0, 0 };
        Assert.That(Values.Of(x), Is.EqualTo(new double[] { 2, 3 }));
        Assert.That(() => x.bytes = new byte[3], Throws.ArgumentException);
        Assert.That(() => zeros(2, 3).t().bytes.Length, Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void A_tensor_survives_a_stream()
    {
        foreach (var tensor in new[] { Values.Scattered(2, 3), arange(5), tensor(true), zeros(0, 4), Values.Scattered(3, 2).t() })
        {
            var stream = new MemoryStream();
            tensor.Save(new BinaryWriter(stream));
            var loaded = zeros_like(tensor);
            loaded.Load(new BinaryReader(new MemoryStream(stream.ToArray())));
            Assert.That(Values.Of(loaded), Is.EqualTo(Values.Of(tensor)));
        }
    }

    [Test]
    public void The_stored_format_is_TorchSharps()
    {
        // Type 6 (float32), 2 dimensions, sizes 300 (LEB128: 0xac 0x02) and 1, then the elements.
        var stream = new MemoryStream();
        ones(300, 1).Save(new BinaryWriter(stream));
        Assert.That(stream.ToArray()[..9], Is.EqualTo(new byte[] { 6, 2, 0xac, 2, 1, 0, 0, 0x80, 0x3f }));
        Assert.That(stream.Length, Is.EqualTo(5 + 1200));
    }
}
