namespace Crammed.Text;

/// <summary>
/// The pieces of words seen lately, in a table of fixed size in which a word replaces another of the same slot. Safe for use by several
/// threads without locks: an entry never changes once it is in the table, and a lost update costs a computation, not correctness.
/// </summary>
internal sealed class WordCache
{
    private const int Log2Slots = 16;

    /// <summary>Longer words are rare, and would let a hostile text fill the memory.</summary>
    private const int LongestWord = 32;

    private readonly Entry?[] _slots = new Entry?[1 << Log2Slots];

    /// <summary>Appends the pieces of a word if they are here.</summary>
    public bool TryAppend(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > LongestWord || _slots[Slot(word)] is not { } entry || !word.SequenceEqual(entry.Word))
            return false;
        ids.AddRange(entry.Ids.AsSpan());
        return true;
    }

    /// <summary>Remembers the pieces of a word.</summary>
    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        if (word.Length <= LongestWord)
            _slots[Slot(word)] = new Entry(word.ToString(), ids.ToArray());
    }

    /// <summary>A multiplicative hash; its high bits depend on every character.</summary>
    private static int Slot(ReadOnlySpan<char> word)
    {
        ulong hash = (ulong)word.Length;
        foreach (char character in word)
            hash = (hash ^ character) * 0x9E3779B97F4A7C15;
        return (int)(hash >> (64 - Log2Slots));
    }

    private sealed record Entry(string Word, int[] Ids);
}
