using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Rows of a table, by integer index.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly long? paddingIndex;
    private Parameter heldWeight = null!;

    internal Embedding(Parameter weight, long? paddingIndex) : base(nameof(Embedding))
    {
        this.weight = weight;
        this.paddingIndex = paddingIndex;
    }

    /// <summary>Shape (entries, width).</summary>
    public Parameter weight
    {
        get => heldWeight;
        set => heldWeight = Hold(nameof(weight), heldWeight, value)!;
    }

    public override Tensor forward(Tensor input) => Aten.Tensor("embedding", heldWeight, input, paddingIndex ?? -1);

    protected override void RegisterComponents()
    {
    }
}
