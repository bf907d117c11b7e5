using Crammed.Ckks;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>What to measure in one process.</summary>
/// <param name="ParameterSet">name of a set of <see cref="NamedParameters"/> with bootstrapping</param>
/// <param name="Slots">n, the period of the slots; 0 for all N/2</param>
/// <param name="Messages">kinds of messages, one at least</param>
/// <param name="Repetitions">bootstraps of each kind, each of a new encryption</param>
/// <param name="Threads">threads of a bootstrap; 0 for one per processor</param>
/// <param name="Batch">ciphertexts that are bootstrapped in one go; 0 or 1 for no batch</param>
/// <param name="Range">the largest size of a real or imaginary part of a slot</param>
/// <param name="Iterations">1, or 2 to bootstrap the first one's error too</param>
/// <param name="Storage">in which form the diagonals of CoeffsToSlots are kept</param>
public sealed record BootstrapConfiguration(
    string ParameterSet, int Slots, IReadOnlyList<BootstrapMessageKind> Messages, int Repetitions, int Threads, int Batch = 0,
    double Range = 1, int Iterations = 1, DiagonalStorage Storage = DiagonalStorage.Transformed)
{
    /// <summary>The plan to evaluate.</summary>
    /// <exception cref="ArgumentException">there is no such set, it cannot bootstrap, or slots, range or iterations are out of
    /// range</exception>
    public BootstrappingPlan CreatePlan() => new(CkksParameters.Create(NamedParameters.Find(ParameterSet)), Slots, Range, Iterations);
}
