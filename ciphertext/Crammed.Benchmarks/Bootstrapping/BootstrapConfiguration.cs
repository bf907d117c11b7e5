using Crammed.Ckks;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>What to measure in one process.</summary>
/// <param name="ParameterSet">name of a set of <see cref="NamedParameters"/> with bootstrapping</param>
/// <param name="Slots">n, the period of the slots; 0 for all N/2</param>
/// <param name="Messages">kinds of messages, one at least</param>
/// <param name="Repetitions">bootstraps of each kind, each of a new encryption</param>
/// <param name="Threads">threads of a bootstrap; 0 for one per processor</param>
/// <param name="Batch">ciphertexts that are bootstrapped in one go; 0 or 1 for no batch</param>
public sealed record BootstrapConfiguration(
    string ParameterSet, int Slots, IReadOnlyList<BootstrapMessageKind> Messages, int Repetitions, int Threads, int Batch = 0)
{
    /// <summary>The plan to evaluate.</summary>
    /// <exception cref="ArgumentException">there is no such set, it cannot bootstrap, or slots are out of range</exception>
    public BootstrappingPlan CreatePlan() => new(CkksParameters.Create(NamedParameters.Find(ParameterSet)), Slots);
}
