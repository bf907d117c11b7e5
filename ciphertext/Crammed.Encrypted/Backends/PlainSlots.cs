using System.Collections.Concurrent;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// Public values for every slot (masks, dropout). Backends keep what they encode from it, per level, as long as it lives.
/// </summary>
public sealed class PlainSlots : IDisposable
{
    private readonly ConcurrentDictionary<(object Backend, int Level), Lazy<IDisposable>> _encodings = new();

    public PlainSlots(double[] values) => Values = values;

    /// <summary>One value a slot.</summary>
    public double[] Values { get; }

    /// <summary>The backend's own form of these values at a level, made on first use.</summary>
    public T EncodingFor<T>(object backend, int level, Func<T> encode) where T : class, IDisposable =>
        (T)_encodings.GetOrAdd((backend, level), _ => new Lazy<IDisposable>(() => encode())).Value;

    public void Dispose()
    {
        foreach (var encoding in _encodings.Values)
        {
            if (encoding.IsValueCreated)
                encoding.Value.Dispose();
        }
        _encodings.Clear();
    }
}
