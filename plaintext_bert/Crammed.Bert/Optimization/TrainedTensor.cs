using TorchSharp;

namespace Crammed.Bert;

/// <summary>A tensor that an optimizer updates.</summary>
/// <param name="Name">For messages and files.</param>
/// <param name="Value">A leaf that requires a gradient.</param>
/// <param name="Decays">Whether weight decay acts on it.</param>
internal sealed record TrainedTensor(string Name, torch.Tensor Value, bool Decays);
