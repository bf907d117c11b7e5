using Microsoft.Win32.SafeHandles;

namespace Crammed.Files;

/// <summary>Reading from an open file.</summary>
internal static class FileReading
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="position"/> on.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public static void ReadExactly(string path, SafeFileHandle handle, Span<byte> destination, long position)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(handle, destination, position);
            if (read == 0)
                throw new InvalidDataException($"{path}: the file ends at byte {position}, {destination.Length} bytes too early.");
            destination = destination[read..];
            position += read;
        }
    }
}
