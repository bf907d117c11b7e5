using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// First token -> linear hidden x p -> linear p x m -> tanh -> linear m x outputs, all with biases and stored [in, out]
/// (Rho et al. 2025 split the pooler so that encrypted products stay narrow).
/// </summary>
internal static class ClassificationHead
{
    /// <summary>Logits [batch, outputs] from first-token states [batch, hidden].</summary>
    public static torch.Tensor Forward(IReadOnlyDictionary<string, torch.Tensor> tensors, torch.Tensor first, EncoderPass pass)
    {
        var observer = pass.Observer;
        var tanhInput = Linear(Linear(first, "projection"), "dense");
        observer?.Observe(ActivationNames.TanhInput, tanhInput);
        var logits = Linear(pass.Functions.Tanh(tanhInput), "classifier");
        observer?.Observe(ActivationNames.Logit, logits);
        if (observer is not null && logits.shape[1] > 1)
            observer.Observe(ActivationNames.LogitDifference, logits.unsqueeze(2) - logits.unsqueeze(1));
        return logits;

        torch.Tensor Linear(torch.Tensor x, string linear) =>
            pass.Result(torch.matmul(x, tensors[TrainedTensorNames.Weight(linear)])) + tensors[TrainedTensorNames.Bias(linear)];
    }
}
