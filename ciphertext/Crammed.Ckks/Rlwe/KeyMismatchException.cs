namespace Crammed.Ckks;

/// <summary>Two things that belong to different secret keys were to be used together; nothing was computed.</summary>
public sealed class KeyMismatchException : ArgumentException
{
    internal KeyMismatchException(string operation, string first, KeyId firstKey, string second, KeyId secondKey)
        : base($"{operation}: {first} belongs to key {firstKey.Short}, {second} to key {secondKey.Short}; take what was made with one key")
    {
        First = firstKey;
        Second = secondKey;
    }

    /// <summary>The key of the first thing that the message names.</summary>
    public KeyId First { get; }

    /// <summary>The key of the second.</summary>
    public KeyId Second { get; }

    /// <summary>Refuses two things of different keys.</summary>
    /// <param name="operation">what was to be done</param>
    /// <param name="first">one thing in words</param>
    /// <param name="firstKey">its key</param>
    /// <param name="second">the other in words</param>
    /// <param name="secondKey">its key</param>
    /// <exception cref="KeyMismatchException">the keys differ</exception>
    public static void ThrowIfDifferent(string operation, string first, KeyId firstKey, string second, KeyId secondKey)
    {
        if (firstKey != secondKey)
            throw new KeyMismatchException(operation, first, firstKey, second, secondKey);
    }
}
