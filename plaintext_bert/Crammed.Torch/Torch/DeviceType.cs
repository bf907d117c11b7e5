namespace TorchSharp;

/// <summary>Kinds of device, numbered as in libtorch. Only the CPU is available in this backend.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}
