namespace Crammed.Bert;

/// <summary>Updates trained tensors from their gradients.</summary>
internal interface IStepOptimizer : IDisposable
{
    void ZeroGradients();

    /// <summary>One update; tensors without a gradient stay. The observer sees each bias-corrected second moment, where there is one.</summary>
    /// <exception cref="TrainingDivergedException">An update is not possible; no tensor has changed.</exception>
    void Step(double rate, IActivationObserver? observer);
}
