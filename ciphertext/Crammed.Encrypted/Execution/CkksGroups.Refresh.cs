using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Refreshes: two vectors to a bootstrap (<see cref="RefreshPairs"/>), or by the key holder.</summary>
public sealed partial class CkksGroups
{
    /// <exception cref="InvalidOperationException">there is no one who refreshes by this method</exception>
    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, RefreshMethod method) => method switch
    {
        RefreshMethod.Bootstrap => Bootstrapped(
            vectors, ranges, _bootstrapper ?? throw new InvalidOperationException("refresh: there is no bootstrapper")),
        _ => Renewed(vectors, _client ?? throw new InvalidOperationException("refresh: there is no key holder to ask")),
    };

    private SlotVector[] Bootstrapped(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, Bootstrapper bootstrapper)
    {
        var results = new SlotVector[vectors.Count];
        foreach (var batch in RefreshPairs.Calls(ranges))
        {
            if (batch[0].Second is null)
            {
                results[batch[0].First] = Vector(bootstrapper.BootstrapReal(Operand(batch[0].First)));
                continue;
            }
            var refreshed = bootstrapper.BootstrapPairs([.. batch.Select(pair => (Operand(pair.First), Operand(pair.Second!.Value)))]);
            for (var i = 0; i < batch.Count; i++)
            {
                results[batch[i].First] = Vector(refreshed[i].First);
                results[batch[i].Second!.Value] = Vector(refreshed[i].Second);
            }
        }
        return results;

        RangedCiphertext Operand(int i) => new(Read(vectors[i]), ranges[i]);
    }

    /// <summary>Only the lowest limb travels: the message is read from there, at whatever scale it stands.</summary>
    private SlotVector[] Renewed(IReadOnlyList<SlotVector> vectors, IRefresher client)
    {
        var dropped = vectors.Select(vector => _evaluator.DropLevels(Read(vector), 0)).ToArray();
        try
        {
            return [.. client.Refresh(dropped, _levels.Refreshed).Select(Load)];
        }
        finally
        {
            foreach (var ciphertext in dropped)
                ciphertext.Dispose();
        }
    }
}
