namespace Crammed.Ckks;

/// <summary>
/// Brings ciphertexts back to a high level: by the key holder, who decrypts and encrypts again, or by bootstrapping.
/// </summary>
public interface IRefresher
{
    /// <summary>Ciphertexts of the same messages at the canonical scale of <paramref name="targetLevel"/>; the caller owns them.</summary>
    /// <param name="ciphertexts">Two polynomials each, at any level and scale; the message must fit the lowest prime.</param>
    /// <param name="targetLevel">Level of the results.</param>
    Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel);
}
