using TorchSharp;

namespace Crammed.Bert;

/// <summary>What fine-tuning minimises: cross-entropy of classes, mean squared error of scores (one output).</summary>
internal static class TaskLoss
{
    private const string Remedy = "lower the learning rate or raise epsilon";

    /// <summary>The mean loss over a batch.</summary>
    /// <param name="data">The task, whose number of classes decides.</param>
    /// <param name="batch">The examples' indices.</param>
    /// <param name="logits">[examples, outputs].</param>
    /// <param name="steps">Steps taken before, for the message.</param>
    /// <exception cref="TrainingDivergedException">It is not finite.</exception>
    public static (torch.Tensor Loss, double Value) Of(TaskData data, ReadOnlySpan<long> batch, torch.Tensor logits, int steps)
    {
        var labels = data.LabelTensor(batch, logits.dtype);
        var loss = data.Classes == 0
            ? torch.nn.functional.mse_loss(logits.squeeze(1), labels)
            : torch.nn.functional.cross_entropy(logits, labels);
        var value = loss.ToDouble();
        return double.IsFinite(value)
            ? (loss, value)
            : throw new TrainingDivergedException(steps + 1, FormattableString.Invariant($"the loss is {value}"), Remedy);
    }

    /// <summary>
    /// Refuses gradients that would make weights that are not finite. A sum of float32 squares may also overflow where no gradient is
    /// infinite; at 1.8e19 training is lost as well.
    /// </summary>
    /// <param name="tensors">What the gradients are of.</param>
    /// <param name="steps">Steps taken before, for the message.</param>
    /// <exception cref="TrainingDivergedException">The gradient's norm is not finite.</exception>
    public static void RequireFiniteGradients(IEnumerable<TrainedTensor> tensors, int steps)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var squares = tensors.Select(tensor => tensor.Value.grad).OfType<torch.Tensor>().Select(gradient => (gradient * gradient).sum());
        var value = Math.Sqrt(squares.Aggregate((sum, square) => sum + square).ToDouble());
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(steps + 1, FormattableString.Invariant($"the norm of the gradient is {value}"), Remedy);
    }
}
