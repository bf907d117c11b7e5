namespace Crammed.Ckks;

/// <summary>Ciphertexts that are disposed together.</summary>
internal sealed class CiphertextBatch(Ciphertext[] items) : IDisposable
{
    public Ciphertext[] Items => items;

    public Ciphertext this[int index] => items[index];

    /// <summary>One ciphertext from each of so many; disposes those there are if one fails.</summary>
    public static CiphertextBatch Of(int count, Func<int, Ciphertext> create)
    {
        var items = new Ciphertext[count];
        try
        {
            for (var i = 0; i < count; i++)
                items[i] = create(i);
            return new CiphertextBatch(items);
        }
        catch
        {
            DisposeAll(items);
            throw;
        }
    }

    public void Dispose() => DisposeAll(items);

    private static void DisposeAll(Ciphertext?[] items)
    {
        foreach (var item in items)
            item?.Dispose();
    }
}
