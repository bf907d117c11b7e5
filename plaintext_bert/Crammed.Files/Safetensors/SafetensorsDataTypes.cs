namespace Crammed.Files;

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
