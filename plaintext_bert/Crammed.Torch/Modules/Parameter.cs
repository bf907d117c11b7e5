using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains.</summary>
public class Parameter : Tensor
{
    /// <summary>Takes over the native tensor of data, which is left disposed, and its place in a dispose scope.</summary>
    public Parameter(Tensor data, bool requires_grad = true) : base(data.MoveHandle(), register: false)
    {
        data.OwningDisposeScope?.Replace(data, this);
        this.requires_grad = requires_grad;
    }
}
