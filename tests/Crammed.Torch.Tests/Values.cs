using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

/// <summary>Tensors for tests, and what is in them.</summary>
internal static class Values
{
    /// <summary>One rounding of float32 is 2^-24 of the value; a few of them, and a little for libm, stay below this.</summary>
    public const double Single = 1e-6;

    /// <summary>The same for float64.</summary>
    public const double Double = 1e-14;

    /// <summary>All elements in row-major order.</summary>
    public static double[] Of(Tensor tensor)
    {
        using var doubles = tensor.detach().to(float64, copy: true);
        return doubles.data<double>().ToArray();
    }

    /// <summary>A float64 tensor.</summary>
    public static Tensor Make(double[] elements, params long[] shape) =>
        tensor(elements, shape.Length == 0 ? [elements.Length] : shape, float64);

    /// <summary>Numbers between -1 and 1 that look random and are the same everywhere, as a float64 tensor.</summary>
    public static Tensor Scattered(params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        // The fractional parts of multiples of the golden ratio spread evenly.
        return Make([.. Enumerable.Range(1, count).Select(i => (i * 0.6180339887498949 % 1 * 2) - 1)], shape);
    }
}
