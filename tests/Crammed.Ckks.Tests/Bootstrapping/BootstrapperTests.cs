using System.Numerics;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>What bootstraps refuse and plans say; results and their precision are in <see cref="BootstrapPrecisionTests"/>.</summary>
[TestFixture]
internal sealed class BootstrapperTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    [Test]
    public void What_cannot_be_bootstrapped_is_refused()
    {
        using var setup = new BootstrapSetup(new BootstrappingPlan(Parameters));
        var zeros = new Complex[Parameters.SlotCount];
        using Ciphertext low = setup.Encrypt(zeros, setup.Plan.InputLevel - 1), good = setup.Encrypt(zeros, setup.Plan.InputLevel + 1);
        using var square = setup.Evaluator.Square(good);
        var live = ResidueMemory.LiveBuffers;
        Refused("Bootstrap: SlotsToCoeffs takes 3 levels, the operand has 2", () => setup.Bootstrapper.Bootstrap(low));
        Refused("LowerTo", () => setup.Bootstrapper.Bootstrap(square));
        Assert.That(
            () => new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN11)),
            Throws.ArgumentException.With.Message.Contains("insecure-N11 has no levels for bootstrapping"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static void Refused(string message, Func<Ciphertext> bootstrap) =>
            Assert.That(() => bootstrap(), Throws.InvalidOperationException.With.Message.StartsWith(message));
    }

    [Test]
    public void A_plan_names_levels_and_keys()
    {
        var plan = new BootstrappingPlan(CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping));
        Assert.That((plan.InputLevel, plan.OutputLevel, plan.UsableLevels, plan.Repetitions), Is.EqualTo((3, 15, 12, 1)));
        Assert.That(plan.Rotations.Select(rotation => rotation.Steps), Is.Unique.And.All.InRange(1, plan.Slots - 1));
        Assert.That(plan.ToString(), Does.Contain("12 usable levels"));
    }
}
