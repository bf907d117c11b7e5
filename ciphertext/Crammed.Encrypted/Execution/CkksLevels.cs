using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Levels of a program as those of ciphertexts. A program counts from 0, the lowest level that a refresh takes; that level of ciphertexts
/// depends on who refreshes. Nothing else knows of the difference.
/// </summary>
/// <param name="Parameters">the parameter set</param>
/// <param name="Lowest">level of a ciphertext at level 0 of a program</param>
/// <param name="Refreshed">level of a refreshed ciphertext</param>
public sealed record CkksLevels(CkksParameters Parameters, int Lowest, int Refreshed)
{
    /// <summary>Level of a refreshed vector of a program.</summary>
    public int RefreshedLevel => Refreshed - Lowest;

    /// <summary>A bootstrap takes its input level and gives its output level.</summary>
    public static CkksLevels ForBootstrapping(BootstrappingPlan plan) => new(plan.Parameters, plan.InputLevel, plan.OutputLevel);

    /// <summary>The key holder takes level 0 and gives the highest level that carries messages.</summary>
    public static CkksLevels ForClient(CkksParameters parameters) => new(parameters, 0, parameters.WorkingLevel);

    /// <summary>Levels of programs that run together: they bootstrap within the largest range of all, or the key holder refreshes.</summary>
    /// <exception cref="ArgumentException">a program is not planned, or for other levels; or one bootstraps and the parameter set cannot</exception>
    public static CkksLevels Of(CkksParameters parameters, IReadOnlyList<EncryptedProgram> programs)
    {
        var ranges = BootstrapRanges(programs).ToArray();
        if (ranges.Length > 0 && parameters.Bootstrapping is null)
            throw new ArgumentException($"the program bootstraps, {parameters.Name} has no levels for bootstrapping");
        var levels = parameters.Bootstrapping is null
            ? ForClient(parameters)
            : ForBootstrapping(new BootstrappingPlan(parameters, range: ranges.DefaultIfEmpty(1).Max()));
        foreach (var program in programs)
            levels.LevelsOf(program);
        return levels;
    }

    /// <summary>The ranges of all values that programs bootstrap.</summary>
    public static IEnumerable<double> BootstrapRanges(IEnumerable<EncryptedProgram> programs) =>
        programs.SelectMany(program => program.Instructions).OfType<Refresh>()
            .Where(refresh => refresh.Method == RefreshMethod.Bootstrap).SelectMany(refresh => refresh.Ranges);

    /// <summary>Level of a ciphertext at a program's level.</summary>
    public int OfCiphertext(int programLevel) => programLevel + Lowest;

    /// <summary>A program's level of a ciphertext's.</summary>
    public int OfProgram(int ciphertextLevel) => ciphertextLevel - Lowest;

    /// <summary>The one scale of ciphertexts at a program's level.</summary>
    public double ScaleAt(int programLevel) => Parameters.ScaleAt(OfCiphertext(programLevel));

    /// <summary>The program's level of every group of a planned program.</summary>
    /// <exception cref="ArgumentException">the program is not planned, or was planned for another number of levels</exception>
    public IReadOnlyDictionary<Value, int> LevelsOf(EncryptedProgram program)
    {
        if (program.Levels is not { } levels || levels.Refreshed == RefreshedLevel)
            return LevelFollower.LevelsOf(program);
        throw new ArgumentException(
            $"the program was planned for refreshes to level {levels.Refreshed}, {Parameters.Name} refreshes to level {RefreshedLevel}");
    }
}
