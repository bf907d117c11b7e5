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

/// <summary>The names and sizes of <see cref="SafetensorsDataType"/>.</summary>
internal static class SafetensorsDataTypes
{
    private static readonly (string Name, SafetensorsDataType Type, int Bytes)[] Known =
    [
        ("F64", SafetensorsDataType.Float64, 8),
        ("F32", SafetensorsDataType.Float32, 4),
        ("F16", SafetensorsDataType.Float16, 2),
        ("BF16", SafetensorsDataType.BFloat16, 2),
        ("I64", SafetensorsDataType.Int64, 8),
        ("I32", SafetensorsDataType.Int32, 4),
        ("U8", SafetensorsDataType.UInt8, 1),
        ("BOOL", SafetensorsDataType.Boolean, 1),
    ];

    public static string KnownNames { get; } = string.Join(", ", Known.Select(known => known.Name));

    public static string Name(this SafetensorsDataType type) => Known.First(known => known.Type == type).Name;

    public static int Bytes(this SafetensorsDataType type) => Known.First(known => known.Type == type).Bytes;

    public static bool TryParse(string name, out SafetensorsDataType type)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                type = known.Type;
                return true;
            }
        }

        type = default;
        return false;
    }
}
