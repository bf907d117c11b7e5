using Crammed.Ckks;

namespace Crammed.Benchmarks.Engine;

/// <summary>Ciphertexts of one size.</summary>
/// <param name="ParameterSet">Name of a set of <see cref="NamedParameters"/>.</param>
/// <param name="Level">Level of the operands: level + 1 limbs.</param>
public sealed record EngineShape(string ParameterSet, int Level)
{
    /// <summary>
    /// Every 128-bit set at its top level and at about half of it, the 12 limbs at N = 2^15 that others measured, and the working levels of
    /// the set that programs bootstrap under: what a bootstrap takes, the middle, what it leaves.
    /// </summary>
    public static IReadOnlyList<EngineShape> All { get; } =
    [
        new("N13QP213", 3),
        new("N13QP213", 1),
        new("N14QP428", 8),
        new("N14QP428", 3),
        new("N15QP850", 15),
        new("N15QP850", 11),
        new("N16QP1320", 23),
        new("N16QP1320", 11),
        new(Program, 3),
        new(Program, 11),
        new(Program, 18),
    ];

    /// <summary>The set whose times cost tables are made of.</summary>
    public const string Program = "N16QP1746-bootstrapping";

    /// <summary>24 + 7 limbs at N = 2^16, three digits: what the engine's goals are stated for.</summary>
    public static EngineShape Compared { get; } = new("N16QP1320", 23);

    /// <inheritdoc/>
    public override string ToString() => $"{ParameterSet} level {Level}";
}
