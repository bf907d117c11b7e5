using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Crammed.Text;

/// <summary>Decides by hash which concepts are for evaluation, and in which order examples come; the same on every machine.</summary>
public static class WordNetSplit
{
    /// <summary>Of a hundred noun concepts, how many are for evaluation.</summary>
    public const int DevPercent = 15;

    /// <summary>
    /// The part a concept belongs to, whatever the task. Nouns are split; all tasks are on nouns, so the rest is for training.
    /// </summary>
    public static TaskSplit PartOf(Synset synset)
    {
        ArgumentNullException.ThrowIfNull(synset);
        return synset.PartOfSpeech == 'n' && Hash(synset, "split") % 100 < DevPercent ? TaskSplit.Dev : TaskSplit.Train;
    }

    /// <summary>The first eight bytes, little-endian, of SHA-256 of "purpose id": independent for each purpose.</summary>
    internal static ulong Hash(Synset synset, string purpose) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes($"{purpose} {synset.Id}")));
}
