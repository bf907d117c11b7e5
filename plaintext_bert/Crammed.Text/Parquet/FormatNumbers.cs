namespace Crammed.Text.Parquet;

/// <summary>How often a schema node occurs in its parent; the numbers are the format's.</summary>
internal enum Repetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}

/// <summary>Encodings of values and levels; the numbers are the format's.</summary>
internal enum ParquetEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    DeltaBinaryPacked = 5,
    RleDictionary = 8,
}

/// <summary>Compression of pages; the numbers are the format's.</summary>
internal enum ParquetCodec
{
    Uncompressed = 0,
    Snappy = 1,
}

/// <summary>Kinds of pages; the numbers are the format's.</summary>
internal enum PageType
{
    Data = 0,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>The annotations of schema nodes that this library writes or looks at; the numbers are the format's converted types.</summary>
internal enum ConvertedType
{
    Utf8 = 0,
    List = 3,
}
