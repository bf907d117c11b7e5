using Crammed.Files;

namespace Crammed.Ckks.Client.Tests;

[TestFixture]
internal sealed class KeyGeneratorTests
{
    [Test]
    public void Keys_are_those_asked_for_and_cut_to_their_levels()
    {
        var slots = ClientSetup.Parameters.SlotCount;
        (int Steps, int Level)[] rotations = [(1, 0), (1, 3), (1 + slots, 1), (0, 8), (-2, 5)];
        using var keys = ClientSetup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(2, rotations, 4));
        Assert.That(keys.Relinearization!.Level, Is.EqualTo(2));
        Assert.That(
            keys.Manifest.Select(key => (key.Kind, key.Steps, key.Level)),
            Is.EqualTo(new[]
            {
                (EvaluationKeyKind.Relinearization, 0, 2), (EvaluationKeyKind.Conjugation, 0, 4), (EvaluationKeyKind.Rotation, 1, 3),
                (EvaluationKeyKind.Rotation, slots - 2, 5),
            }));
        // Independently: 5^(slots - 2) modulo 2N.
        var element = (int)System.Numerics.BigInteger.ModPow(5, slots - 2, 2 * ClientSetup.Parameters.N);
        Assert.That(keys.Manifest.Select(key => key.GaloisElement), Is.EqualTo(new[] { 1, 2 * ClientSetup.Parameters.N - 1, 5, element }));
        Assert.That(keys.TryGetRotation(1, out var one));
        Assert.That(keys.TryGetRotation(slots - 2, out _) && keys.TryGetConjugation(out _));
        Assert.That(one!.Level, Is.EqualTo(3));
        Assert.That(keys.TryGetRotation(2, out _), Is.False);
        // Level 3 with digits of two limbs: 2 digits, each 4 + 2 limbs, two halves.
        Assert.That(one.Bytes, Is.EqualTo(2L * 2 * 6 * ClientSetup.Parameters.N * sizeof(double)));
        using var none = ClientSetup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, []));
        Assert.That((none.Relinearization, none.Bytes), Is.EqualTo(((SwitchingKey?)null, 0L)));
    }

    [Test]
    public void Progress_is_told_for_every_key()
    {
        var reports = new Recorder();
        using var keys = ClientSetup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(1, [(1, 0), (2, 0), (3, 0)]), reports);
        // One at a time and in order, whichever thread made the key.
        Assert.That(reports.Seen.Select(report => report.Detail), Is.EqualTo(new[] { "1 of 4 keys", "2 of 4 keys", "3 of 4 keys", "4 of 4 keys" }));
        Assert.That(reports.Seen.Select(report => report.Done), Is.Ordered.Ascending);
        Assert.That(reports.Seen.Select(report => report.Total).Append(reports.Seen.Last().Done), Is.All.EqualTo(keys.Bytes));
    }

    [Test]
    public void A_cancelled_generation_leaves_nothing_behind()
    {
        var live = ResidueMemory.LiveBuffers;
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(
            () => ClientSetup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(8, [(1, 8)]), null, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Assert.That(() => ClientSetup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(9, [])), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ClientSetup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(1, [(1, -1)])), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>b + a s - P g s' is an error: small, with the error's standard deviation, for every digit and modulus.</summary>
    [Test]
    public unsafe void Masked_halves_hide_the_secret_behind_a_small_error()
    {
        var parameters = ClientSetup.Parameters;
        var ring = parameters.Ring;
        using var keys = ClientSetup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(4, []));
        var key = keys.Relinearization!;
        using var work = ring.Rent(2);
        for (var i = 0; i < key.Masked.LimbCount; i++)
        {
            int digit = i / key.LimbCount, limb = i % key.LimbCount;
            var modulusIndex = parameters.ExtendedModulusIndex(limb, key.Level);
            var modulus = ring.Moduli[modulusIndex];
            double* phase = work.Limb(0), square = work.Limb(1), secret = ClientSetup.Secret.Values.Limb(modulusIndex);
            ring.Kernels.Multiply(phase, key.Uniform.Limb(i), secret, ring.N, modulus);
            ring.Kernels.Add(phase, phase, key.Masked.Limb(i), ring.N, modulus);
            if (limb <= key.Level && limb / parameters.DigitSize == digit)
            {
                ring.Kernels.Multiply(square, secret, secret, ring.N, modulus);
                var factor = modulus.Centre(modulus.Negate(modulus.Canonical(parameters.BaseConversions.SpecialModulo(limb, 2))));
                ring.Kernels.MultiplyConstantAdd(phase, square, factor, ring.N, modulus);
            }
            ring.InverseNtt(phase, modulusIndex);
            var error = work.LimbSpan(0).ToArray();
            Assert.That(error.Max(Math.Abs), Is.InRange(1, 32));
            Assert.That(Math.Sqrt(error.Average(e => e * e)), Is.EqualTo(3.2).Within(0.4));
        }
    }

    private sealed class Recorder : IProgress<WorkProgress>
    {
        public System.Collections.Concurrent.ConcurrentQueue<WorkProgress> Seen { get; } = [];

        public void Report(WorkProgress value) => Seen.Enqueue(value);
    }
}
