using TorchSharp;

namespace Crammed.Bert;

internal static class NormObservation
{
    /// <summary>Shows an observer the biased variance over the last axis, the argument of a layer norm's inverse square root.</summary>
    public static void Variance(IActivationObserver? observer, string name, torch.Tensor normInput)
    {
        if (observer is not { WantsVariances: true })
            return;
        var centred = normInput - normInput.mean([-1L], keepdim: true);
        observer.Observe(name, (centred * centred).mean([-1L]));
    }
}
