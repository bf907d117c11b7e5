namespace Crammed.Ckks;

/// <summary>Ready parameter sets. A secure set is named after log2 N and log2(QP).</summary>
public static class NamedParameters
{
    /// <summary>Ring degree 2^13: 3 levels of 40 bits, q_0 of 45; one limb per digit.</summary>
    public static CkksParametersLiteral N13QP213 { get; } = new("N13QP213", 13, [45, .. Enumerable.Repeat(40, 3)], [48], 40);

    /// <summary>Ring degree 2^14: 8 levels of 36 bits, q_0 of 46; two limbs per digit.</summary>
    public static CkksParametersLiteral N14QP428 { get; } = new("N14QP428", 14, [46, .. Enumerable.Repeat(36, 8)], [47, 47], 36);

    /// <summary>Ring degree 2^15: 15 levels of 40 bits, q_0 of 50; four limbs per digit.</summary>
    public static CkksParametersLiteral N15QP850 { get; } =
        new("N15QP850", 15, [50, .. Enumerable.Repeat(40, 15)], [50, 50, 50, 50], 40);

    /// <summary>
    /// Ring degree 2^16: 23 levels of 40 bits, q_0 of 50; three digits of eight limbs over seven special primes. The set of the
    /// benchmark's comparison with other libraries.
    /// </summary>
    public static CkksParametersLiteral N16QP1320 { get; } =
        new("N16QP1320", 16, [50, .. Enumerable.Repeat(40, 23)], [.. Enumerable.Repeat(50, 7)], 40, DigitSize: 8);

    /// <summary>
    /// Ring degree 2^16 with bootstrapping in the least memory: 14 working levels of 40 bits, of which the correction takes two, over three of
    /// 39 bits for SlotsToCoeffs; eight levels of 50 bits for EvalMod and four for CoeffsToSlots; four digits of eight limbs. 12 usable levels;
    /// 21.8 bits rms, at worst 17.7; never fails; keys 5.7 GiB, 9.7 GiB in all; 16,400 NTTs of one limb.
    /// </summary>
    public static CkksParametersLiteral N16QP1727Bootstrapping { get; } = new(
        "N16QP1727-bootstrapping", 16, [50, .. Enumerable.Repeat(39, 3), .. Enumerable.Repeat(40, 14), .. Enumerable.Repeat(50, 12)],
        [.. Enumerable.Repeat(50, 8)], 40, Bootstrapping: new BootstrappingLiteral(3, 8, 4));

    /// <summary>
    /// Ring degree 2^16 with bootstrapping and the most levels: 17 working levels of 40 bits, of which the correction takes two, over three for
    /// SlotsToCoeffs; eight levels of 50 bits for EvalMod and four for CoeffsToSlots; six digits of six limbs. 15 usable levels; 21.8 bits
    /// rms, at worst 17.3 in nine kinds of messages; never fails (<see cref="EvalModPlan"/>); keys 8.2 GiB, 12.4 GiB in all; 21,600 NTTs of one
    /// limb (docs/bootstrap-benchmark.md).
    /// </summary>
    public static CkksParametersLiteral N16QP1746Bootstrapping { get; } = new(
        "N16QP1746-bootstrapping", 16, [50, 38, 39, 39, .. Enumerable.Repeat(40, 17), .. Enumerable.Repeat(50, 12)],
        [.. Enumerable.Repeat(50, 6)], 40, Bootstrapping: new BootstrappingLiteral(3, 8, 4));

    /// <summary>
    /// The primes of <see cref="N16QP1746Bootstrapping"/> for more precision and one level less: messages are raised at q_0 / 2^6, a quarter of
    /// its distance from q_0, and the arcsine has degree 5. 14 usable levels; 23.0 bits rms, at worst 19.7; the rest as there.
    /// </summary>
    public static CkksParametersLiteral N16QP1746PreciseBootstrapping { get; } = N16QP1746Bootstrapping with
    {
        Name = "N16QP1746-bootstrapping-precise",
        Bootstrapping = new BootstrappingLiteral(3, 8, 4, Log2MessageRatio: 6, CorrectionLevels: 3),
    };

    /// <summary>
    /// The levels of <see cref="N16QP1727Bootstrapping"/>, with fewer to work with, over a ring of degree 2^11; for tests only.
    /// </summary>
    public static CkksParametersLiteral InsecureN11Bootstrapping { get; } = new(
        "insecure-N11-bootstrapping", 11, [50, .. Enumerable.Repeat(39, 3), .. Enumerable.Repeat(40, 4), .. Enumerable.Repeat(50, 12)],
        [.. Enumerable.Repeat(50, 4)], 40, Bootstrapping: new BootstrappingLiteral(3, 8, 4));

    /// <summary>
    /// The whole chain of <see cref="N16QP1746Bootstrapping"/> over a ring of degree 2^12: 15 usable levels; for tests and small trials
    /// only.
    /// </summary>
    public static CkksParametersLiteral InsecureN12Bootstrapping { get; } =
        N16QP1746Bootstrapping with { Name = "insecure-N12-bootstrapping", LogN = 12 };

    /// <summary>The primes of <see cref="N14QP428"/> over a ring of degree 2^11; for tests only.</summary>
    public static CkksParametersLiteral InsecureN11 { get; } = N14QP428 with { Name = "insecure-N11", LogN = 11 };

    /// <summary>The primes of <see cref="N14QP428"/> over a ring of degree 2^12; for tests only.</summary>
    public static CkksParametersLiteral InsecureN12 { get; } = N14QP428 with { Name = "insecure-N12", LogN = 12 };

    /// <summary>Every set above.</summary>
    public static IReadOnlyList<CkksParametersLiteral> All { get; } =
    [
        N13QP213, N14QP428, N15QP850, N16QP1320, N16QP1746Bootstrapping, N16QP1746PreciseBootstrapping, N16QP1727Bootstrapping,
        InsecureN11, InsecureN12, InsecureN11Bootstrapping, InsecureN12Bootstrapping,
    ];

    /// <summary>The set of that name.</summary>
    /// <exception cref="ArgumentException">there is none; the message lists those there are</exception>
    public static CkksParametersLiteral Find(string name) => All.FirstOrDefault(literal => literal.Name == name)
        ?? throw new ArgumentException(
            $"there is no parameter set '{name}'; there are {string.Join(", ", All.Select(literal => literal.Name))}", nameof(name));
}
