namespace Crammed.Encrypted.Eager;

/// <summary>
/// The operations of a forward pass in order, each with the rule that turns the gradient of its output into gradients of its inputs.
/// </summary>
public sealed class Tape
{
    private readonly Stack<Node> _nodes = new();

    /// <summary>Whether operations are recorded; off for inference.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Records an operation; its rule runs once all its outputs have their gradients (some may stay without).</summary>
    internal void Push(EncryptedTensor[] outputs, string layer, Action backward, IDisposable[] saved) =>
        _nodes.Push(new Node(outputs, layer, backward, saved));

    /// <summary>
    /// Runs the rules backwards from <paramref name="output"/>. Values and gradients are freed as soon as no rule needs them,
    /// but for tensors that retain theirs and for leaves.
    /// </summary>
    /// <param name="output">Tensor whose gradient is known.</param>
    /// <param name="gradient">Its gradient, in the same layout; taken over.</param>
    public void Backward(EncryptedTensor output, EncryptedTensor gradient)
    {
        output.AccumulateGradient([.. gradient.Vectors.Select(vector => vector.Share())]);
        gradient.Dispose();
        while (_nodes.TryPop(out var node))
        {
            if (node.Outputs.Any(tensor => tensor.Gradient is not null))
            {
                using (output.Context.Recorder.Enter(node.Layer + " backward"))
                    node.Backward();
            }
            node.Free();
        }
    }

    /// <summary>Forgets what is recorded.</summary>
    internal void Clear()
    {
        while (_nodes.TryPop(out var node))
            node.Free();
    }

    private sealed record Node(EncryptedTensor[] Outputs, string Layer, Action Backward, IDisposable[] Saved)
    {
        public void Free()
        {
            foreach (var item in Saved)
                item.Dispose();
            foreach (var output in Outputs.Where(output => !output.RetainsGradient))
                output.Dispose();
        }
    }
}
