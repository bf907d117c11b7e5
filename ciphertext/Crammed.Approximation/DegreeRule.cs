namespace Crammed.Approximation;

/// <summary>Which degrees a search for the smallest sufficient degree may return.</summary>
public enum DegreeRule
{
    /// <summary>1, 2, 3, 4, ...</summary>
    Any,

    /// <summary>1, 3, 7, 15, ...: the largest degree at each depth.</summary>
    FullDepth,
}
