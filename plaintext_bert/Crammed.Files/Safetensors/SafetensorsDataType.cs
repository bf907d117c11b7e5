namespace Crammed.Files;

/// <summary>Element types of a safetensors file that this library reads. All are stored little-endian.</summary>
public enum SafetensorsDataType
{
    /// <summary>"F64": IEEE 754 binary64.</summary>
    Float64,

    /// <summary>"F32": IEEE 754 binary32.</summary>
    Float32,

    /// <summary>"F16": IEEE 754 binary16; read only.</summary>
    Float16,

    /// <summary>"BF16": the upper 16 bits of a binary32; read only.</summary>
    BFloat16,

    /// <summary>"I64": signed 64-bit integer.</summary>
    Int64,

    /// <summary>"I32": signed 32-bit integer.</summary>
    Int32,

    /// <summary>"U8": unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>"BOOL": one byte, 0 or 1.</summary>
    Boolean,
}
