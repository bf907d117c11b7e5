using TorchSharp;

namespace Crammed.Bert;

/// <summary>What adapters add to the outputs of linear layers.</summary>
internal interface ILinearAdapters
{
    /// <summary>
    /// What to add to the output of a module (named as its weight in the checkpoint, such as <c>layers.0.attention.query</c>) for an
    /// input [..., in]; [..., out], or null where the module has no adapter.
    /// </summary>
    torch.Tensor? Delta(string module, torch.Tensor x);
}
