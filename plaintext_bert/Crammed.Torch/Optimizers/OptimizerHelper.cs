using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Base of the optimizers written in managed code.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    /// <summary>Runs the closure, then the change, unrecorded and with a scope of its own.</summary>
    internal static Tensor? Step(Func<Tensor>? closure, Action change)
    {
        Tensor? loss = null;
        if (closure is not null)
            using (enable_grad())
                loss = closure();
        using (no_grad())
        using (NewDisposeScope())
            change();
        return loss;
    }
}
