namespace Crammed.Ckks.Serialization;

/// <summary>What the manifest of a key set says of one key.</summary>
/// <param name="Id">kind and steps</param>
/// <param name="Level">the highest level of a ciphertext that it serves</param>
/// <param name="Offset">where in the file it begins</param>
/// <param name="Bytes">how long it is there</param>
/// <param name="Checksum">see <see cref="SwitchingKeyFormat"/></param>
internal sealed record KeySetEntry(EvaluationKeyId Id, int Level, long Offset, long Bytes, byte[] Checksum);
