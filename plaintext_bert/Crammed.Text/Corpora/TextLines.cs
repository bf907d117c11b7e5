using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// Streams the lines of a text file, strictly: UTF-8 or an error. Lines end in LF or CR LF; a byte-order mark at the start is dropped; a
/// name ending in .gz is gzip, of one member or several (<see cref="MarkedGzip"/>).
/// </summary>
public static class TextLines
{
    /// <summary>Longest line taken, in bytes; a longer one means that the file is not text (or a decompression bomb).</summary>
    public const int MaximumLineBytes = 1 << 24;

    private const int BlockBytes = 1 << 16;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines of a file, without their ends.</summary>
    /// <exception cref="InvalidDataException">
    /// A line is not UTF-8 or longer than <see cref="MaximumLineBytes"/>, or the gzip data is damaged; names file and line.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IEnumerable<string> Read(string path) => Read(path, bytesRead: null);

    /// <summary>The lines of a file; <paramref name="bytesRead"/> is told how many of the file's bytes were read so far.</summary>
    /// <inheritdoc cref="Read(string)"/>
    internal static IEnumerable<string> Read(string path, Action<long>? bytesRead)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFile(path, bytesRead);
    }

    /// <summary>The lines of a file of rows: what <see cref="Read(string)"/> gives, without empty lines at its end.</summary>
    /// <inheritdoc cref="Read(string)"/>
    internal static IEnumerable<string> ReadRows(string path)
    {
        var held = 0;
        foreach (var line in Read(path))
        {
            if (line.Length == 0)
            {
                held++;
                continue;
            }
            for (; held > 0; held--)
                yield return "";
            yield return line;
        }
    }

    /// <summary>The lines of an uncompressed stream; <paramref name="name"/> stands for the file in messages.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static IEnumerable<string> Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ReadLines(stream, name);
    }

    private static IEnumerable<string> ReadFile(string path, Action<long>? bytesRead)
    {
        using var file = File.OpenRead(path);
        using var packed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new MarkedGzip(file) : null;
        using Stream content = packed is null ? file : new GZipStream(packed, CompressionMode.Decompress);
        foreach (var line in ReadLines(content, path, packed, () => bytesRead?.Invoke(file.Position)))
            yield return line;
    }

    private static IEnumerable<string> ReadLines(Stream stream, string name, MarkedGzip? packed = null, Action? blockRead = null)
    {
        var block = new byte[BlockBytes];
        ArrayBufferWriter<byte> unfinished = new();
        int lineNumber = 1, count;
        while ((count = ReadBlock(stream, block, name, lineNumber)) > 0)
        {
            blockRead?.Invoke();
            int start = 0, length;
            while ((length = block.AsSpan(start, count - start).IndexOf((byte)'\n')) >= 0)
            {
                unfinished.Write(block.AsSpan(start, length));
                yield return Decode(unfinished.WrittenSpan, name, lineNumber++);
                unfinished.ResetWrittenCount();
                start += length + 1;
            }
            unfinished.Write(block.AsSpan(start, count - start));
            if (unfinished.WrittenCount > MaximumLineBytes)
                throw new InvalidDataException($"{name}, line {lineNumber}: longer than {MaximumLineBytes} bytes; not a text file.");
        }
        var rest = unfinished.WrittenCount - (packed?.MarkLength(unfinished.WrittenSpan, name, lineNumber) ?? 0);
        if (rest > 0)
            yield return Decode(unfinished.WrittenSpan[..rest], name, lineNumber);
    }

    private static int ReadBlock(Stream stream, byte[] block, string name, int lineNumber)
    {
        try
        {
            return stream.Read(block);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{name}, near line {lineNumber}: damaged gzip data ({fault.Message}).", fault);
        }
    }

    private static string Decode(ReadOnlySpan<byte> line, string name, int lineNumber)
    {
        if (lineNumber == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            line = line[Encoding.UTF8.Preamble.Length..];
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        try
        {
            return StrictUtf8.GetString(line);
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException(
                $"{name}, line {lineNumber}: not UTF-8 (byte {fault.Index + 1} of the line); convert the file to UTF-8.", fault);
        }
    }
}
