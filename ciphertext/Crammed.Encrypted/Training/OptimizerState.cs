using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Training;

/// <summary>Packed parameters and their bias-corrected moments, one vector each.</summary>
public sealed record OptimizerState(SlotVector Parameters, SlotVector? FirstMoment, SlotVector? SecondMoment) : IDisposable
{
    public void Dispose()
    {
        Parameters.Dispose();
        FirstMoment?.Dispose();
        SecondMoment?.Dispose();
    }
}
