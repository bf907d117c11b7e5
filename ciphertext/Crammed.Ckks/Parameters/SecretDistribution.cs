using System.Globalization;

namespace Crammed.Ckks;

/// <summary>The distribution of a secret's coefficients; the default value is <see cref="UniformTernary"/>.</summary>
public readonly record struct SecretDistribution
{
    private SecretDistribution(int hammingWeight) => HammingWeight = hammingWeight;

    /// <summary>Each of -1, 0 and 1 with probability 1/3, independently.</summary>
    public static SecretDistribution UniformTernary => default;

    /// <summary>How many coefficients are not zero in a sparse secret; null where that is left to chance.</summary>
    public int? HammingWeight { get; }

    /// <summary>
    /// Exactly <paramref name="hammingWeight"/> coefficients are not zero, at uniformly random positions, each -1 or 1 with probability
    /// 1/2.
    /// </summary>
    /// <param name="hammingWeight">1 to N, which <see cref="CkksParameters.Create"/> checks</param>
    public static SecretDistribution SparseTernary(int hammingWeight) => new(hammingWeight);

    /// <summary>The variance of a coefficient in a ring of degree <paramref name="n"/>: 2/3, or weight / N.</summary>
    public double Variance(int n) => HammingWeight is int weight ? (double)weight / n : 2.0 / 3;

    /// <inheritdoc/>
    public override string ToString() => HammingWeight is int weight
        ? string.Create(CultureInfo.InvariantCulture, $"sparse ternary secret of Hamming weight {weight}")
        : "uniform ternary secret";
}
