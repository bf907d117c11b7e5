using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Training;

/// <summary>The two-class loss from decrypted logits; the server never computes it.</summary>
public static class LogisticLoss
{
    /// <summary>Mean of log(1 + exp(-margin)) over a batch, margin = z_label - z_other.</summary>
    /// <param name="layout">Slots of the activations.</param>
    /// <param name="logits">Slot values of the two classes' logits.</param>
    /// <param name="labels">0 or 1, an example each.</param>
    public static double Mean(SlotLayout layout, IReadOnlyList<double[]> logits, IReadOnlyList<double> labels)
    {
        double sum = 0;
        for (var example = 0; example < labels.Count; example++)
        {
            var slot = layout.Slot((SlotLayout.Example, example));
            var margin = (logits[1][slot] - logits[0][slot]) * (labels[example] > 0.5 ? 1 : -1);
            sum += margin > 0 ? Math.Log(1 + Math.Exp(-margin)) : -margin + Math.Log(1 + Math.Exp(margin));
        }
        return sum / labels.Count;
    }
}
