namespace Crammed.Cli.Reports;

/// <summary>Evaluation on ciphertexts beside plaintext evaluation of the same adapters on the same examples.</summary>
/// <param name="Examples">Examples evaluated.</param>
/// <param name="AgreeingClasses">Examples with the same predicted class; null for regression.</param>
/// <param name="LargestLogitDifference">Largest absolute difference of two logits.</param>
internal sealed record EncryptedEvaluation(int Examples, int? AgreeingClasses, double LargestLogitDifference)
{
    /// <summary>The task's metrics on ciphertexts; none where the examples have no labels.</summary>
    public IReadOnlyList<Score> Encrypted { get; init; } = [];

    /// <summary>The same in plaintext.</summary>
    public IReadOnlyList<Score> Plaintext { get; init; } = [];

    /// <summary>Compares logits [example][output].</summary>
    /// <exception cref="ArgumentException">No examples, or other numbers of examples or outputs.</exception>
    public static EncryptedEvaluation Of(IReadOnlyList<double[]> encrypted, IReadOnlyList<double[]> plaintext)
    {
        if (encrypted.Count == 0 || encrypted.Count != plaintext.Count)
            throw new ArgumentException($"logits of {encrypted.Count} and of {plaintext.Count} examples; as many are needed, and some");
        if (encrypted.Zip(plaintext).Any(pair => pair.First.Length != pair.Second.Length))
            throw new ArgumentException("the examples have other numbers of logits");
        int? agreeing = encrypted[0].Length == 1
            ? null
            : encrypted.Zip(plaintext).Count(pair => ClassOf(pair.First) == ClassOf(pair.Second));
        var largest = encrypted.Zip(plaintext)
            .SelectMany(pair => pair.First.Zip(pair.Second, (left, right) => Math.Abs(left - right)))
            .Max();
        return new EncryptedEvaluation(encrypted.Count, agreeing, largest);
    }

    /// <summary>The first of equal logits wins, as in plaintext evaluation.</summary>
    private static int ClassOf(double[] logits) => Array.IndexOf(logits, logits.Max());
}
