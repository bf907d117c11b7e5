using Crammed.Encrypted.Planning;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Whole milliseconds in proportion to limbs, so that sums are exact; key switches are dear.</summary>
internal sealed record SyntheticCosts(int RefreshedLevel, double Bootstrap) : ICostModel
{
    private const int EntryLimbs = 4;

    public double Milliseconds(EngineOperation operation, int level) => operation switch
    {
        EngineOperation.Bootstrap or EngineOperation.FurtherBootstrap => Bootstrap,
        EngineOperation.ClientRefresh => Bootstrap / 2,
        EngineOperation.Rotation or EngineOperation.Relinearization => 8 * (EntryLimbs + level),
        EngineOperation.Decomposition or EngineOperation.HoistedRotation => 5 * (EntryLimbs + level),
        _ => EntryLimbs + level,
    };

    public long VectorBytes(int level) => 1024L * (EntryLimbs + level);
}
