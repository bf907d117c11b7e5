using System.Runtime.InteropServices;

namespace Crammed.Files;

/// <summary>Views of numbers as the little-endian bytes that the file formats store.</summary>
internal static class LittleEndian
{
    /// <summary>The bytes of <paramref name="values"/>, without a copy.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    public static Span<byte> Bytes<T>(Span<T> values)
        where T : unmanaged
    {
        RequireLittleEndian();
        return MemoryMarshal.AsBytes(values);
    }

    /// <inheritdoc cref="Bytes{T}(Span{T})"/>
    public static ReadOnlySpan<byte> Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        RequireLittleEndian();
        return MemoryMarshal.AsBytes(values);
    }

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Tensor and table files are read and written on little-endian machines only.");
    }
}
