using System.Collections;
using System.Runtime.CompilerServices;

namespace TorchSharp.Utils;

/// <summary>
/// A tensor's elements as an ordered collection in row-major order, whatever the tensor's strides. It reads and writes the
/// tensor's own memory.
/// </summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly T* data;
    private readonly bool contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.Strides();
        data = (T*)tensor.DataPointer();
        contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>An element by its row-major position, or by one index for each dimension.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    public T this[params long[] indices]
    {
        get => *Address(indices);
        set => *Address(indices) = value;
    }

    /// <summary>A copy of all elements.</summary>
    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>Copies elements from position tensorIndex on to the array from arrayIndex on, as many as fit.</summary>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies elements from position tensorIndex on to the span from arrayIndex on, as many as fit.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var count = (int)Math.Clamp(Count - tensorIndex, 0, target.Length);
        if (contiguous)
            new Span<T>(data + tensorIndex, count).CopyTo(target);
        else
            for (var i = 0; i < count; i++)
                target[i] = data[Offset(tensorIndex + i)];
        GC.KeepAlive(tensor);
    }

    /// <summary>Copies the array from arrayIndex on to the elements from position tensorIndex on, as many as fit.</summary>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Copies the span from arrayIndex on to the elements from position tensorIndex on, as many as fit.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var count = (int)Math.Clamp(Count - tensorIndex, 0, source.Length);
        if (contiguous)
            source[..count].CopyTo(new Span<T>(data + tensorIndex, count));
        else
            for (var i = 0; i < count; i++)
                data[Offset(tensorIndex + i)] = source[i];
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing to release: the memory is the tensor's.</summary>
    public void Dispose()
    {
    }

    private T* Address(long[] indices)
    {
        long offset;
        if (indices.Length == 1)
        {
            if ((ulong)indices[0] >= (ulong)Count)
                throw new IndexOutOfRangeException($"element {indices[0]} of {Count}");
            offset = contiguous ? indices[0] : Offset(indices[0]);
        }
        else
            offset = Offset(indices);
        GC.KeepAlive(tensor);
        return data + offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length != shape.Length)
            throw new IndexOutOfRangeException($"{indices.Length} indices into a tensor of {shape.Length} dimensions");
        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            if ((ulong)indices[i] >= (ulong)shape[i])
                throw new IndexOutOfRangeException($"index {indices[i]} of {shape[i]} in dimension {i}");
            offset += indices[i] * strides[i];
        }
        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Offset(long position)
    {
        long offset = 0;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            (position, var index) = Math.DivRem(position, shape[i]);
            offset += index * strides[i];
        }
        return offset;
    }
}
