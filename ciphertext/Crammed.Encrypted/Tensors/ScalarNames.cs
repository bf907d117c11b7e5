namespace Crammed.Encrypted.Tensors;

/// <summary>Numbers that a run is given anew at each step, by name.</summary>
public static class ScalarNames
{
    /// <summary>What the loss is multiplied by; the update divides it out.</summary>
    public const string LossScale = "loss_scale";

    /// <summary>What the direction of the update is multiplied by.</summary>
    public const string LearningRate = "learning_rate";

    /// <summary>Learning rate times weight decay.</summary>
    public const string DecayRate = "decay_rate";

    /// <summary>Learning rate over loss scale.</summary>
    public const string GradientRate = "gradient_rate";

    /// <summary>1 over the loss scale.</summary>
    public const string InverseLossScale = "inverse_loss_scale";

    /// <summary>Share of the old first moment in the new one.</summary>
    public const string FirstMomentKept = "first_moment_kept";

    /// <summary>Share of the gradient in the new first moment, over the loss scale.</summary>
    public const string FirstMomentTaken = "first_moment_taken";

    /// <summary>Share of the old second moment in the new one.</summary>
    public const string SecondMomentKept = "second_moment_kept";

    /// <summary>Root of the share of the squared gradient in the new second moment, over the loss scale.</summary>
    public const string SecondMomentTakenRoot = "second_moment_taken_root";
}
