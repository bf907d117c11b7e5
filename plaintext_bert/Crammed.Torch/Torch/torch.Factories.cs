using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Native;
using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>start, start + step, ... below stop. Without a type: int64 where all three are integers, else float32.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var integral = start.IsIntegral && stop.IsIntegral && step.IsIntegral;
        var type = dtype ?? (integral ? ScalarType.Int64 : ScalarType.Float32);
        return Created("arange.start_step", type, device, requires_grad, null, start, stop, step);
    }

    /// <summary>start, start + 1, ... below stop.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    /// <summary>0, 1, ... below stop.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>So many evenly spaced numbers from start to end, both included.</summary>
    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Created("linspace", dtype, device, requires_grad, null, start, end, steps);

    /// <summary>Ones on the diagonal, zeros elsewhere; square where columns is -1.</summary>
    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Created("eye.m", dtype, device, requires_grad, names, rows, columns == -1 ? rows : columns);

    /// <summary>Zeros in the shape of another tensor, and in its type where none is given.</summary>
    public static Tensor zeros_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Created("zeros_like", dtype, device, requires_grad, names, input);

    /// <summary>Ones in the shape of another tensor, and in its type where none is given.</summary>
    public static Tensor ones_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Created("ones_like", dtype, device, requires_grad, names, input);

    /// <summary>Uninitialised elements in the shape of another tensor, and in its type where none is given.</summary>
    public static Tensor empty_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Created("empty_like", dtype, device, requires_grad, names, input);

    /// <summary>One value in the shape of another tensor, and in its type where none is given.</summary>
    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Created("full_like", dtype, device, requires_grad, names, input, value);

    /// <summary>Random integers in [low, high), int64 unless another type is given.</summary>
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Created("randint.low_generator", dtype ?? ScalarType.Int64, device, requires_grad, names, low, high, size, generator);

    /// <summary>Random integers in [0, high), int64 unless another type is given.</summary>
    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    /// <summary>A random order of 0 ... n - 1, int64 unless another type is given.</summary>
    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Created("randperm.generator", dtype ?? ScalarType.Int64, device, requires_grad, null, n, generator);

    /// <summary>0 or 1 for every element, 1 with the probability that the element is.</summary>
    public static Tensor bernoulli(Tensor input, Generator? generator = null) => Aten.Tensor("bernoulli", input, generator);

    /// <summary>Indices drawn with weights that each row of input gives.</summary>
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        Aten.Tensor("multinomial", input, num_samples, replacement, generator);

    /// <summary>A tensor with a copy of an array of any rank, of type bool, byte, int, long, float or double.</summary>
    /// <exception cref="ArgumentException">The array has elements of another type.</exception>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>A tensor with a copy of an array of any rank, of type bool, byte, int, long, float or double.</summary>
    /// <exception cref="ArgumentException">The array has elements of another type.</exception>
    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var dimensions = new long[rawArray.Rank];
        for (var i = 0; i < dimensions.Length; i++)
            dimensions[i] = rawArray.GetLongLength(i);
        return rawArray.GetType().GetElementType() switch
        {
            { } type when type == typeof(bool) => FromArray<bool>(rawArray, dimensions, dtype, device, requires_grad, names),
            { } type when type == typeof(byte) => FromArray<byte>(rawArray, dimensions, dtype, device, requires_grad, names),
            { } type when type == typeof(int) => FromArray<int>(rawArray, dimensions, dtype, device, requires_grad, names),
            { } type when type == typeof(long) => FromArray<long>(rawArray, dimensions, dtype, device, requires_grad, names),
            { } type when type == typeof(float) => FromArray<float>(rawArray, dimensions, dtype, device, requires_grad, names),
            { } type when type == typeof(double) => FromArray<double>(rawArray, dimensions, dtype, device, requires_grad, names),
            var type => throw new ArgumentException($"no tensor has elements of type {type}", nameof(rawArray)),
        };
    }

    private static Tensor FromArray<T>(
        Array array, long[] dimensions, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names) where T : unmanaged
    {
        var data = MemoryMarshal.CreateReadOnlySpan(
            ref Unsafe.As<byte, T>(
                ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        return FromData(data, dimensions, dtype, device, requiresGrad, names);
    }

    private static unsafe Tensor FromData<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged
    {
        RequireCpu(device);
        RequireNoNames(names);
        long elements = 1;
        foreach (var size in dimensions)
            elements = size < 0 ? throw new ArgumentException($"negative size {size}", nameof(dimensions)) : checked(elements * size);
        if (elements != data.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {elements} vs. {data.Length}");
        nint handle;
        fixed (long* sizes = dimensions)
            Check(crammed_tensor_empty(sizes, dimensions.Length, (int)ElementTypes.Of<T>(), out handle));
        var result = new Tensor(handle);
        data.CopyTo(new Span<T>((void*)result.DataPointer(), data.Length));
        if (dtype is { } type && type != ElementTypes.Of<T>())
            result = result.to(type, disposeAfter: true);
        return requiresGrad ? result.requires_grad_() : result;
    }

    private static Tensor Created(
        string name, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names, params ReadOnlySpan<Operand> leading)
    {
        RequireCpu(device);
        RequireNoNames(names);
        var result = Aten.Tensor(name, [.. leading, dtype]);
        return requiresGrad ? result.requires_grad_() : result;
    }

    private static void RequireNoNames(string[]? names)
    {
        if (names is not null)
            throw new NotSupportedException("Crammed.Torch has no named dimensions: leave names out.");
    }
}
