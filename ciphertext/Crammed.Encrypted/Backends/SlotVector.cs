namespace Crammed.Encrypted.Backends;

/// <summary>
/// One vector of slots as a backend holds it: a ciphertext, or the clear values that stand for one.
/// Immutable; shared by counting owners, because ciphertexts are large and must be freed at a known moment.
/// </summary>
public abstract class SlotVector : IDisposable
{
    private int _owners = 1;

    /// <summary>Rescales left before the modulus is used up.</summary>
    public abstract int Level { get; }

    /// <summary>Adds an owner; each owner disposes once.</summary>
    /// <exception cref="ObjectDisposedException">The last owner has already let go.</exception>
    public SlotVector Share()
    {
        if (Interlocked.Increment(ref _owners) <= 1)
            throw new ObjectDisposedException(GetType().Name);
        return this;
    }

    /// <summary>Gives up one ownership; the memory is freed with the last.</summary>
    public void Dispose()
    {
        int left = Interlocked.Decrement(ref _owners);
        ObjectDisposedException.ThrowIf(left < 0, this);
        if (left == 0)
            Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory; called once.</summary>
    protected abstract void Release();
}
