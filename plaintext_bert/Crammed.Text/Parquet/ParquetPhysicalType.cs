namespace Crammed.Text.Parquet;

/// <summary>How Parquet stores a column's values; the numbers are the format's.</summary>
public enum ParquetPhysicalType
{
    /// <summary>One bit.</summary>
    Boolean = 0,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 1,

    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 2,

    /// <summary>12 bytes, by old writers used for times; read as they are.</summary>
    Int96 = 3,

    /// <summary>IEEE 754 binary32.</summary>
    Float = 4,

    /// <summary>IEEE 754 binary64.</summary>
    Double = 5,

    /// <summary>Bytes with their length before them; text is UTF-8.</summary>
    ByteArray = 6,

    /// <summary>Bytes of one length. Known in schemas; not read.</summary>
    FixedLengthByteArray = 7,
}
