namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>An array of numbers with derivatives, row-major: what the plain loops of tests compute with.</summary>
internal sealed class PlainTensor(params int[] shape)
{
    public int[] Shape => shape;

    public Dual[] Items { get; } = new Dual[shape.Aggregate(1, (product, size) => product * size)];

    public double[] Values => [.. Items.Select(item => item.Value.Value)];

    public Dual this[params ReadOnlySpan<int> index]
    {
        get => Items[Place(index)];
        set => Items[Place(index)] = value;
    }

    /// <summary>Each item from its index.</summary>
    public static PlainTensor Of(int[] shape, Func<int[], Dual> item)
    {
        var result = new PlainTensor(shape);
        var index = new int[shape.Length];
        for (var i = 0; i < result.Items.Length; i++)
        {
            var rest = i;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            result.Items[i] = item(index);
        }
        return result;
    }

    /// <summary>The sum of a function over 0 to count - 1.</summary>
    public static Dual Sum(int count, Func<int, Dual> term)
    {
        Dual sum = default;
        for (var i = 0; i < count; i++)
            sum += term(i);
        return sum;
    }

    private int Place(ReadOnlySpan<int> index)
    {
        var place = 0;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index[axis], (uint)shape[axis]);
            place = place * shape[axis] + index[axis];
        }
        return place;
    }
}
