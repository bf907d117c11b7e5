using Crammed.Approximation;
using Crammed.Ckks;

namespace Crammed.Encrypted.Backends;

/// <summary>The engine's noise estimates at the canonical scales.</summary>
public sealed class CkksNoiseModel(CkksParameters parameters) : INoiseModel
{
    private readonly NoiseEstimator _estimator = new(parameters);

    public double Fresh(int level) => _estimator.FreshSymmetric(parameters.ScaleAt(level));

    public double Rescale(int level) => _estimator.Rescale(parameters.ScaleAt(level));

    public double Polynomial(PolynomialPlan plan, int level, double argument) =>
        _estimator.Polynomial(plan, level, parameters.ScaleAt(level), argument, error: 0);

    public double KeySwitch(int level) => _estimator.KeySwitch(level, parameters.ScaleAt(level));
}
