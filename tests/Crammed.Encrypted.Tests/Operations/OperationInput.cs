namespace Crammed.Encrypted.Tests.Operations;

/// <summary>An operand of an operation under test.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Vectors">Vectors across.</param>
/// <param name="Needs">Levels below which the operation refreshes it.</param>
/// <param name="Costs">Levels from it to the output.</param>
internal sealed record OperationInput(string Name, int Vectors, int Needs, int Costs)
{
    /// <summary>Whether a gradient is wanted for it.</summary>
    public bool RequiresGradient { get; init; } = true;

    /// <summary>Axes across; one feature axis if not given. Slots of weights repeat one value, but nothing relies on that here.</summary>
    public Crammed.Encrypted.Eager.SlotLayout? Layout { get; init; }

    /// <summary>A value of the operand, uniform in [-1, 1] if not given; the argument is the vector's index.</summary>
    public Func<Random, int, double> Draw { get; init; } = (random, _) => 2 * random.NextDouble() - 1;

    /// <summary>Level after the refresh that the operation asks for, if it does.</summary>
    public int LevelAtUse(int level, int refreshLevel) => level >= Needs ? level : Math.Max(Needs, refreshLevel);
}
