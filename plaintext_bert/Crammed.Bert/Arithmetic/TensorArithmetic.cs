using Crammed.Approximation;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Tensors as the numbers that polynomials are evaluated on, in the very order of products that ciphertexts take. Levels do not run out.
/// Every result that ciphertexts would rescale gets noise, where there is any.
/// </summary>
internal sealed class TensorArithmetic(ResultNoise? noise) : IPolynomialArithmetic<torch.Tensor>
{
    public int LevelOf(torch.Tensor value) => int.MaxValue;

    public torch.Tensor Add(torch.Tensor left, torch.Tensor right) => left + right;

    public torch.Tensor Subtract(torch.Tensor left, torch.Tensor right) => left - right;

    public torch.Tensor AddConstant(torch.Tensor value, double constant) => value + constant;

    public torch.Tensor Multiply(torch.Tensor left, torch.Tensor right) => Rescaled(left * right);

    public torch.Tensor MultiplyScalar(torch.Tensor value, double scalar) => Rescaled(value * scalar);

    public torch.Tensor LinearCombination(IReadOnlyList<torch.Tensor> values, IReadOnlyList<double> coefficients, double constant)
    {
        var sum = values[0] * coefficients[0];
        for (var i = 1; i < values.Count; i++)
            sum.add_(values[i], coefficients[i]);
        if (constant != 0)
            sum.add_(constant);
        return Rescaled(sum);
    }

    public torch.Tensor SumOfProducts(IReadOnlyList<torch.Tensor> left, IReadOnlyList<torch.Tensor> right)
    {
        var sum = left[0] * right[0];
        for (var i = 1; i < left.Count; i++)
            sum.addcmul_(left[i], right[i], 1);
        return Rescaled(sum);
    }

    public void Release(torch.Tensor value) => value.Dispose();

    private torch.Tensor Rescaled(torch.Tensor exact)
    {
        if (noise is null)
            return exact;
        using (exact)
            return noise.Add(exact);
    }
}
