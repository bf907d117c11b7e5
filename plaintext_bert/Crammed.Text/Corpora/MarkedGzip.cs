namespace Crammed.Text;

/// <summary>
/// The bytes of a gzip file (RFC 1952) as <see cref="System.IO.Compression.GZipStream"/> is given them. That stream takes several members
/// one after the other, and checks their sums, but ends without a word where the file is cut short, and where anything but a member
/// follows one. So a member of our own comes after the file's last: its text is at the end of what is unpacked only if all before it was
/// whole. Zeros after the last member, which tape archives leave, are allowed.
/// </summary>
internal sealed class MarkedGzip : Stream
{
    /// <summary>Eight bytes that no text in UTF-8 holds: FF each.</summary>
    private const int MarkBytes = 8;

    /// <summary>A header of ten bytes and a trailer of eight.</summary>
    private const int SmallestBytes = 18;

    private readonly FileStream _file;
    private readonly long _zerosStart;
    private readonly MemoryStream _mark = new(
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1, 8, 0, 0xF7, 0xFF, .. Mark, 0x1C, 0xDF, 0x44, 0x21, 8, 0, 0, 0]);

    /// <param name="file">Read from its start; owned by the caller.</param>
    /// <exception cref="InvalidDataException">It is shorter than any gzip file.</exception>
    public MarkedGzip(FileStream file)
    {
        if (file.Length < SmallestBytes)
            throw new InvalidDataException($"{file.Name}: {file.Length} bytes; a gzip file has at least {SmallestBytes}.");
        _file = file;
        _zerosStart = ZerosStart(file);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    private static byte[] Mark { get; } = [.. Enumerable.Repeat((byte)0xFF, MarkBytes)];

    /// <summary>The length of the mark at the end of all that was unpacked: 0 where zeros stand in its place.</summary>
    /// <param name="end">What was unpacked last.</param>
    /// <param name="name">The file, for the message.</param>
    /// <param name="lineNumber">Where the text ends, for the message.</param>
    /// <exception cref="InvalidDataException">The file is cut short, or something else than a member follows the last.</exception>
    public int MarkLength(ReadOnlySpan<byte> end, string name, int lineNumber)
    {
        if (_mark.Position > 0 && end.EndsWith(Mark))
            return MarkBytes;
        // Zeros are given one at a time: where one of them was not taken for part of a member, nothing was asked for after it.
        if (_mark.Position == 0 && _file.Position > _zerosStart)
            return 0;
        var fault = _mark.Position > 0 ? "the file is cut short" : "what follows is no gzip member";
        throw new InvalidDataException($"{name}, line {lineNumber}: the gzip data ends here: {fault}; fetch or compress it again.");
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var left = _zerosStart - _file.Position;
        var count = _file.Read(buffer[..(int)Math.Min(buffer.Length, left > 0 ? left : 1)]);
        return count > 0 ? count : _mark.Read(buffer);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Where the zeros at the end of a file begin; its length without any.</summary>
    private static long ZerosStart(FileStream file)
    {
        Span<byte> block = stackalloc byte[4096];
        var end = file.Length;
        var last = -1;
        while (last < 0 && end > 0)
        {
            var part = block[..(int)Math.Min(block.Length, end)];
            end -= part.Length;
            file.Position = end;
            file.ReadExactly(part);
            last = part.LastIndexOfAnyExcept((byte)0);
        }
        file.Position = 0;
        return end + last + 1;
    }
}
