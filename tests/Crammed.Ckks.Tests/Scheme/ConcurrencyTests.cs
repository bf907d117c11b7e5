namespace Crammed.Ckks.Tests.Scheme;

/// <summary>One evaluator, called from many threads at once: results are those of calls one after another, and no buffer is lost.</summary>
[TestFixture]
internal sealed class ConcurrencyTests
{
    [Test]
    public void Concurrent_calls_do_not_disturb_each_other([Values("insecure-N11", "N14QP428")] string name)
    {
        var setup = CkksSetup.Of(NamedParameters.Find(name));
        using var operand = setup.Encryptor.Encrypt(setup.RandomSlots(21), setup.Top);
        Func<Ciphertext>[] operations =
        [
            () => setup.Evaluator.Rotate(operand, 3),
            () => Square(setup.Evaluator, operand),
            () => setup.Evaluator.Rescale(operand),
            () => setup.Evaluator.LowerTo(operand, 1),
            () => setup.Evaluator.Conjugate(operand),
        ];
        Ciphertext[] expected = [.. operations.Select(operation => operation())];
        var live = ResidueMemory.LiveBuffers;
        var different = 0;
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var result = operations[i % operations.Length]();
            if (!Same(result, expected[i % operations.Length]))
                Interlocked.Increment(ref different);
        });
        Assert.That(different, Is.Zero);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        foreach (var ciphertext in expected)
            ciphertext.Dispose();
    }

    private static Ciphertext Square(Evaluator evaluator, Ciphertext operand)
    {
        using var square = evaluator.Square(operand);
        return evaluator.RelinearizeAndRescale(square);
    }

    private static bool Same(Ciphertext left, Ciphertext right)
    {
        var isSame = left.Level == right.Level && left.PolynomialCount == right.PolynomialCount;
        for (var polynomial = 0; isSame && polynomial < left.PolynomialCount; polynomial++)
        {
            for (var limb = 0; isSame && limb <= left.Level; limb++)
                isSame = left[polynomial].LimbSpan(limb).SequenceEqual(right[polynomial].LimbSpan(limb));
        }
        return isSame;
    }
}
