namespace Crammed.Text.Parquet;

/// <summary>How far into the model the client computes in the clear, and so what the states are that an export holds.</summary>
public enum ClientPrefix
{
    /// <summary>The embedding's output, [token][hidden] (Rho et al., arXiv 2410.02486, section 2): column <c>embedding</c>.</summary>
    Embedding,

    /// <summary>The output of the first layer's norm before attention, [token][hidden]: column <c>norm</c>.</summary>
    Norm,
}
