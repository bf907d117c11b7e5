namespace Crammed.Model;

/// <summary>Names of the observed values; they are the keys of calibration.json.</summary>
public static class ActivationNames
{
    /// <summary>Variance over the hidden axis of the final norm's input.</summary>
    public const string FinalNormVariance = "final_norm.variance";

    /// <summary>Input of the head's tanh.</summary>
    public const string TanhInput = "head.tanh.input";

    /// <summary>Difference of two logits, every ordered pair of classes (the argument of the loss's exponentials).</summary>
    public const string LogitDifference = "head.logit_difference";

    /// <summary>The logits themselves, or the regression output.</summary>
    public const string Logit = "head.logit";

    /// <summary>Bias-corrected second moment of the gradient, the optimizer's inverse root argument before epsilon is added.</summary>
    public const string SecondMoment = "optimizer.second_moment";

    /// <summary>Variance over the hidden axis of the norm's input before attention.</summary>
    public static string AttentionNormVariance(int layer) => $"layer{layer}.attention_norm.variance";

    /// <summary>Variance over the hidden axis of the norm's input before the feed-forward block.</summary>
    public static string FeedForwardNormVariance(int layer) => $"layer{layer}.feed_forward_norm.variance";

    /// <summary>-||q - k||^2 / (2 sqrt(head dimension)) of the unnormalised kernels; q.k / sqrt(head dimension) of softmax.</summary>
    public static string KernelArgument(int layer) => $"layer{layer}.kernel.argument";

    /// <summary>The gated half g of the feed-forward block.</summary>
    public static string Gate(int layer) => $"layer{layer}.feed_forward.gate";

    /// <summary>A polynomial value whose size bounds a ciphertext's message: query, key, value, attention, residual, ...</summary>
    public static string Value(int layer, string value) => $"layer{layer}.{value}";
}
