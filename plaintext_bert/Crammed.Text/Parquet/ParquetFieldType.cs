namespace Crammed.Text.Parquet;

/// <summary>What a column that is written holds.</summary>
public enum ParquetFieldType
{
    /// <summary>32-bit integers.</summary>
    Int32,

    /// <summary>64-bit integers.</summary>
    Int64,

    /// <summary>Single-precision numbers.</summary>
    Float,

    /// <summary>Double-precision numbers.</summary>
    Double,

    /// <summary>Text.</summary>
    String,
}
