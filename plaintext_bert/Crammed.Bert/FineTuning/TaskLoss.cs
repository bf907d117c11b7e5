using TorchSharp;

namespace Crammed.Bert;

/// <summary>What fine-tuning minimises: cross-entropy of classes, mean squared error of scores (one output).</summary>
internal static class TaskLoss
{
    /// <summary>The mean loss over a batch.</summary>
    /// <param name="data">The task, whose number of classes decides.</param>
    /// <param name="batch">The examples' indices.</param>
    /// <param name="logits">[examples, outputs].</param>
    /// <param name="steps">Steps taken before, for the message.</param>
    /// <exception cref="InvalidOperationException">It is not finite.</exception>
    public static (torch.Tensor Loss, double Value) Of(TaskData data, ReadOnlySpan<long> batch, torch.Tensor logits, int steps)
    {
        var labels = data.LabelTensor(batch, logits.dtype);
        var loss = data.Classes == 0
            ? torch.nn.functional.mse_loss(logits.squeeze(1), labels)
            : torch.nn.functional.cross_entropy(logits, labels);
        var value = loss.ToDouble();
        return double.IsFinite(value)
            ? (loss, value)
            : throw new InvalidOperationException($"the loss is {value} after {steps} steps; lower the learning rate or raise epsilon");
    }
}
