using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Eager;

/// <summary>
/// A tensor whose values lie in slot vectors by a <see cref="SlotLayout"/>. It owns its vectors.
/// </summary>
public sealed class EncryptedTensor : IDisposable
{
    private SlotVector[]? _vectors;

    internal EncryptedTensor(EncryptedContext context, string name, SlotLayout layout, SlotVector[] vectors, bool requiresGradient)
    {
        if (vectors.Length != layout.VectorCount)
            throw new ArgumentException($"{name}: layout {layout} takes {layout.VectorCount} vectors, found {vectors.Length}.");
        Context = context;
        Name = name;
        Layout = layout;
        RequiresGradient = requiresGradient;
        _vectors = vectors;
    }

    public EncryptedContext Context { get; }

    public string Name { get; }

    public SlotLayout Layout { get; }

    /// <summary>Whether the backward pass computes a gradient for this tensor.</summary>
    public bool RequiresGradient { get; }

    /// <summary>Keeps the gradient after the backward pass has used it.</summary>
    public bool RetainsGradient { get; set; }

    /// <summary>Gradient that the backward pass has accumulated, in this tensor's layout; null before.</summary>
    public EncryptedTensor? Gradient { get; private set; }

    /// <summary>The slot vectors, row-major over the axes across.</summary>
    public IReadOnlyList<SlotVector> Vectors => _vectors ?? throw new ObjectDisposedException(Name);

    public SlotVector this[int index] => Vectors[index];

    public int Count => Vectors.Count;

    /// <summary>Lowest level among the vectors.</summary>
    public int Level => Vectors.Min(vector => vector.Level);

    /// <summary>Adds to the gradient; takes over the vectors.</summary>
    internal void AccumulateGradient(SlotVector[] vectors)
    {
        if (Gradient is null)
        {
            Gradient = new EncryptedTensor(Context, Name + ".gradient", Layout, vectors, requiresGradient: false);
            return;
        }
        var sum = Context.Map(vectors.Length, i => Context.Backend.Add(Gradient[i], vectors[i]));
        foreach (var vector in vectors)
            vector.Dispose();
        Gradient.Replace(sum);
    }

    /// <summary>Puts other vectors with the same values (refreshed or lowered) in place of the present ones.</summary>
    internal void Replace(SlotVector[] vectors)
    {
        var old = _vectors ?? throw new ObjectDisposedException(Name);
        _vectors = vectors;
        foreach (var vector in old)
            vector.Dispose();
    }

    /// <summary>Lets go of the gradient.</summary>
    public void ClearGradient()
    {
        Gradient?.Dispose();
        Gradient = null;
    }

    public void Dispose()
    {
        ClearGradient();
        var vectors = _vectors;
        _vectors = null;
        foreach (var vector in vectors ?? [])
            vector.Dispose();
    }

    public override string ToString() => $"{Name} {Layout}";
}
