namespace Crammed.Cli.Settings;

/// <summary>Where tensors are.</summary>
public enum ComputeDevice
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA graphics processor.</summary>
    Cuda,
}
