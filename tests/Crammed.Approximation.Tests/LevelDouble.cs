namespace Crammed.Approximation.Tests;

/// <summary>A double with levels left, as a ciphertext has; an object, so that releases can be counted.</summary>
internal sealed record LevelDouble(double Value, int Level)
{
    public bool Released { get; set; }

    public bool Equals(LevelDouble? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
