namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>
/// Messages whose errors could differ: spread over all coefficients or in one of them, at the edge of the range or inside it.
/// </summary>
public enum BootstrapMessageKind
{
    /// <summary>Parts drawn uniformly from the range.</summary>
    Uniform,

    /// <summary>One number inside the range in all slots: a message of two coefficients.</summary>
    Constant,

    /// <summary>The largest real number in one slot of the period, zero in the others.</summary>
    SingleSpike,

    /// <summary>Every part at one end of the range or the other, by chance.</summary>
    RandomSigns,

    /// <summary>Every part at the upper end of the range.</summary>
    AllMaximum,

    /// <summary>Every part at the upper end in even slots and at the lower end in odd ones.</summary>
    Alternating,

    /// <summary>Real parts rise evenly from end to end of the range, imaginary parts fall.</summary>
    Ramp,

    /// <summary>Runs of equal slots, as attention scores of one query have.</summary>
    BlockConstant,

    /// <summary>Parts drawn from five numbers that divide the range evenly.</summary>
    FewValues,
}
