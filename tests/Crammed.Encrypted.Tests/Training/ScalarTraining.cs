using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>
/// Torch gradients and AdamW-HE number by number as Rho et al. 2025 print it (algorithm 1): moments from zero, divided by 1 - beta^t at
/// use, epsilon inside the root. Constants are those of the tiny model's optimizer.
/// </summary>
internal sealed class ScalarTraining(TinyModel model, ScalarType type)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double WeightDecay = 0.01;
    private const double Epsilon = 0.05;
    private readonly double[] _first = new double[model.ParameterShapes.Sum(shape => shape.Rows * shape.Columns)];
    private readonly double[] _second = new double[model.ParameterShapes.Sum(shape => shape.Rows * shape.Columns)];

    public double[] Parameters { get; } = [.. model.ParameterShapes.SelectMany(shape => model.Parameters[shape.Name])];

    /// <summary>Logits before the latest update.</summary>
    public double[] Logits { get; private set; } = [];

    public void Update(int step, double rate)
    {
        var pass = new TorchOracle(model, type).Run(Parameters);
        Logits = pass.Logits;
        for (var i = 0; i < Parameters.Length; i++)
        {
            var gradient = pass.Parameters[i];
            _first[i] = Beta1 * _first[i] + (1 - Beta1) * gradient;
            _second[i] = Beta2 * _second[i] + (1 - Beta2) * gradient * gradient;
            double first = _first[i] / (1 - Math.Pow(Beta1, step)), second = _second[i] / (1 - Math.Pow(Beta2, step));
            Parameters[i] -= rate * (WeightDecay * Parameters[i] + first / Math.Sqrt(second + Epsilon));
        }
    }
}
