using System.Globalization;
using Crammed.Ckks;

namespace Crammed.Encrypted.Planning;

/// <summary>How a planned run trades memory for time: numbers that whoever runs the program applies.</summary>
/// <param name="UniformHalf">what is kept of the uniform halves of keys</param>
/// <param name="KeyBudgetBytes">residues of loaded keys, those not used for longest dropped beyond them; null where all stay</param>
/// <param name="Diagonals">in which form the larger diagonals of bootstraps are kept</param>
/// <param name="EncodingBytes">of encoded public slots that are kept</param>
/// <param name="ResidueBytes">
/// of all residue memory, what is kept for reuse among it: the bound that <see cref="ResidueMemory.MaxBytes"/> is set to
/// </param>
/// <param name="Milliseconds">that a step takes longer for it</param>
public sealed record RunMemory(
    UniformHalf UniformHalf, long? KeyBudgetBytes, DiagonalStorage Diagonals, long EncodingBytes, long ResidueBytes, double Milliseconds)
{
    /// <summary>Keys that are held with both halves whatever is kept of the others.</summary>
    public IReadOnlyList<EvaluationKeyId> WholeKeys { get; init; } = [];

    /// <summary>How keys are opened.</summary>
    public KeyMemory KeyMemory() => new(UniformHalf, KeyBudgetBytes) { Whole = WholeKeys.ToHashSet() };

    /// <summary>Bounds the engine's memory of this process.</summary>
    public void Apply()
    {
        ResidueMemory.MaxCachedBytes = ResidueBytes;
        ResidueMemory.MaxBytes = ResidueBytes;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var keys = KeyBudgetBytes is { } budget
            ? string.Create(CultureInfo.InvariantCulture, $", at most {budget / 1048576.0:F0} MiB of them")
            : "";
        var whole = WholeKeys.Count > 0 ? $" but {WholeKeys.Count} of them" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"keys {(UniformHalf == UniformHalf.Held ? "whole" : "as half and seed")}{whole}{keys}, diagonals of bootstraps "
            + $"{(Diagonals == DiagonalStorage.Transformed ? "transformed" : "as coefficients")}: {Milliseconds / 1000:F3} s more");
    }
}
