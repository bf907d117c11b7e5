namespace Crammed.Encrypted.Execution;

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
        ChangeOwners(+1);
        return this;
    }

    /// <summary>Gives up one ownership; the memory is freed with the last.</summary>
    /// <exception cref="ObjectDisposedException">The last owner has already let go.</exception>
    public void Dispose()
    {
        if (ChangeOwners(-1) == 0)
            Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory; called once.</summary>
    protected abstract void Release();

    /// <summary>A count that has reached zero never changes again: a dead vector stays dead.</summary>
    private int ChangeOwners(int change)
    {
        while (true)
        {
            var owners = Volatile.Read(ref _owners);
            ObjectDisposedException.ThrowIf(owners == 0, this);
            if (Interlocked.CompareExchange(ref _owners, owners + change, owners) == owners)
                return owners + change;
        }
    }
}
