namespace Crammed.Ckks.Serialization;

/// <summary>What a serialized object is; part of the format.</summary>
internal enum ObjectKind : ushort
{
    Ciphertext = 1,
    EvaluationKeys = 2,
    PublicKey = 3,
    SecretKey = 4,
}
