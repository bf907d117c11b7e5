using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>One bootstrap at 128-bit security over the ring of degree 2^16, full slots, in the least memory.</summary>
[TestFixture]
internal sealed class SecureBootstrapTests
{
    /// <summary>Keys, diagonals and what a bootstrap holds while it runs, measured.</summary>
    private const long NeededBytes = 11L << 30;

    [Test]
    public void A_secure_bootstrap_keeps_twenty_bits()
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (available < NeededBytes)
            Assert.Ignore($"{available >> 20} MiB of memory, a secure bootstrap takes {NeededBytes >> 20}");
        var parameters = CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping);
        Assert.That(parameters.IsInsecure, Is.False);
        using (var setup = new BootstrapSetup(new BootstrappingPlan(parameters)))
        {
            var random = new Random(6);
            Complex[] message =
                [.. Enumerable.Range(0, parameters.SlotCount).Select(_ => new Complex(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1))];
            var errors = setup.BootstrapErrors(message, setup.Plan.InputLevel);
            var estimate = setup.Estimate(message, setup.Plan.InputLevel);
            BootstrapAssert.AreAsEstimated([errors], estimate);
            Assert.That(-Math.Log2(estimate.Error), Is.GreaterThan(20));
            Assert.That(setup.Plan.UsableLevels, Is.EqualTo(12));
        }
        ResidueMemory.Trim();
    }
}
