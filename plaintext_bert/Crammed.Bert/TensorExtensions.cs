using TorchSharp;

namespace Crammed.Bert;

internal static class TensorExtensions
{
    /// <summary>The value of a tensor with one element.</summary>
    public static double ToDouble(this torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to(torch.ScalarType.Float64).item<double>();
    }

    /// <summary>Values in row-major order, as float32.</summary>
    public static float[] ToFloat32Array(this torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Values in row-major order, as float64.</summary>
    public static double[] ToFloat64Array(this torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to(torch.ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }
}
