using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Training;

/// <summary>Packed parameters and their bias-corrected moments, one vector each.</summary>
public sealed record OptimizerState(SlotVector Parameters, SlotVector? FirstMoment, SlotVector? SecondMoment) : IDisposable
{
    public void Dispose()
    {
        Parameters.Dispose();
        FirstMoment?.Dispose();
        SecondMoment?.Dispose();
    }
}

/// <summary>
/// AdamW-HE (Rho et al. 2025, algorithm 1) on packed parameters: epsilon stands inside the root, so that one inverse square root on a
/// domain bounded below by epsilon does: p &lt;- p - rate (decay p + m / sqrt(v + epsilon)).
/// </summary>
/// <remarks>
/// Both moments are kept with their bias already corrected (m_t = a m_(t-1) + (1 - a) g with a = beta (1 - beta^(t-1)) / (1 - beta^t)),
/// which is the same sequence; dividing by 1 - beta^t at the end would magnify the noise up to 1 / (1 - beta) times.
/// Gradients come scaled by a public factor; epsilon and the domain of the root are scaled with them, so steps are not.
/// </remarks>
public sealed record AdamWHe
{
    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double WeightDecay { get; init; }

    /// <summary>Epsilon inside the root, for unscaled gradients.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Factor that the gradients carry.</summary>
    public required double GradientScale { get; init; }

    /// <summary>1 / sqrt(w) for w = scale^2 (v + epsilon).</summary>
    public required FittedFunction InverseRoot { get; init; }

    /// <summary>
    /// One update; all vectors packed alike. The results replace the values of the state's tensors.
    /// </summary>
    /// <param name="context">Where to compute.</param>
    /// <param name="state">Parameters and moments; moments are null before the first step.</param>
    /// <param name="gradient">Scaled gradient.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="learningRate">Rate at this step.</param>
    public OptimizerState Update(EncryptedContext context, OptimizerState state, SlotVector gradient, int step, double learningRate)
    {
        using var scope = context.Recorder.Enter("optimizer");
        var backend = context.Backend;
        using var fresh = context.Require(gradient, 2);
        using var squared = backend.Multiply(fresh, fresh);
        var first = Average(context, state.FirstMoment, fresh, Keep(Beta1, step));
        var second = Average(context, state.SecondMoment, squared, Keep(Beta2, step));
        using var shifted = backend.AddConstant(second, Epsilon * GradientScale * GradientScale);
        using var root = context.Evaluate(InverseRoot, shifted);
        using var rootReady = context.Require(root, 2);
        using var firstReady = context.Require(first, 2);
        using var direction = backend.MultiplyAligned(firstReady, rootReady);
        using var move = backend.MultiplyScalar(direction, learningRate);
        using var parameters = context.Require(state.Parameters, 1);
        using var decayed = backend.MultiplyScalar(parameters, 1 - learningRate * WeightDecay);
        return new OptimizerState(backend.Subtract(decayed, move), first, second);
    }

    /// <summary>Weight of the old moment in the bias-corrected average after the given step.</summary>
    private static double Keep(double beta, int step) => beta * (1 - Math.Pow(beta, step - 1)) / (1 - Math.Pow(beta, step));

    private static SlotVector Average(EncryptedContext context, SlotVector? old, SlotVector current, double keep)
    {
        if (old is null)
            return current.Share();
        using var previous = context.Require(old, 1);
        using var addition = context.Require(current, 1);
        using var kept = context.Backend.MultiplyScalar(previous, keep);
        using var added = context.Backend.MultiplyScalar(addition, 1 - keep);
        return context.Backend.Add(kept, added);
    }
}
