using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Sees the values that a forward pass computes on its way, by name; the pass itself does not change. Calibration records
/// their ranges, the range penalty adds to the loss when they leave theirs (the tensors are part of the gradient's graph).
/// </summary>
internal interface IActivationObserver
{
    /// <summary>Whether variances before norms, which the pass computes for observers alone, are worth their time.</summary>
    bool WantsVariances => true;

    void Observe(string name, torch.Tensor values);
}
