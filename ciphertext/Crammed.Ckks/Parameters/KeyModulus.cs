using System.Numerics;

namespace Crammed.Ckks;

/// <summary>The largest modulus that carries keys under one secret.</summary>
/// <param name="Symbol">what it is called: QP, or q_0 p for the ephemeral secret</param>
/// <param name="Secret">the distribution of the secret</param>
/// <param name="Modulus">the product of its primes</param>
internal readonly record struct KeyModulus(string Symbol, SecretDistribution Secret, BigInteger Modulus);
