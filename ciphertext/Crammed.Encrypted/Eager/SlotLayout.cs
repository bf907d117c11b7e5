using System.Globalization;

namespace Crammed.Encrypted.Eager;

/// <summary>One axis of a tensor.</summary>
/// <param name="Name">What it counts: token, example, feature, head, offset...</param>
/// <param name="Size">Its length.</param>
public sealed record Axis(string Name, int Size);

/// <summary>An axis inside the slots: its coordinate c lies at slot offset c * Stride.</summary>
public sealed record SlotAxis(string Name, int Size, int Stride);

/// <summary>
/// Where the values of a tensor lie: which axes run inside the slots, with which strides, and which run across vectors (row-major).
/// A tensor with no axis in the slots repeats one value in every slot.
/// </summary>
public sealed class SlotLayout
{
    /// <summary>The token axis of a sequence.</summary>
    public const string Token = "token";

    /// <summary>The examples of a batch.</summary>
    public const string Example = "example";

    /// <summary>The features of an activation.</summary>
    public const string Feature = "feature";

    /// <exception cref="ArgumentException">The slot axes do not tile the slots.</exception>
    public SlotLayout(int slotCount, IReadOnlyList<SlotAxis> inSlots, IReadOnlyList<Axis> across)
    {
        var covered = 1;
        foreach (var axis in inSlots.OrderBy(axis => axis.Stride).ThenBy(axis => axis.Size))
        {
            if (axis.Stride != covered)
                throw new ArgumentException($"Slot axis {axis.Name} has stride {axis.Stride}; the axes below it cover {covered} slots.");
            covered *= axis.Size;
        }
        if (inSlots.Count > 0 && covered != slotCount)
            throw new ArgumentException($"The slot axes cover {covered} slots of {slotCount}.");
        SlotCount = slotCount;
        InSlots = inSlots;
        Across = across;
        VectorCount = across.Aggregate(1, (product, axis) => product * axis.Size);
    }

    public int SlotCount { get; }

    public IReadOnlyList<SlotAxis> InSlots { get; }

    public IReadOnlyList<Axis> Across { get; }

    /// <summary>Vectors that a tensor of this layout takes.</summary>
    public int VectorCount { get; }

    /// <summary>Tokens outermost, examples inside: a rotation by tokens is one cyclic rotation of the slots.</summary>
    public static SlotLayout TokenMajor(int slotCount, int tokens, params Axis[] across) =>
        new(slotCount, [new(Token, tokens, slotCount / tokens), new(Example, slotCount / tokens, 1)], across);

    /// <summary>The same value in every slot of each vector.</summary>
    public static SlotLayout Repeated(int slotCount, params Axis[] across) => new(slotCount, [], across);

    /// <summary>The same slots with other axes across vectors.</summary>
    public SlotLayout WithAcross(params Axis[] across) => new(SlotCount, InSlots, across);

    /// <exception cref="ArgumentException">The axis does not run inside the slots.</exception>
    public SlotAxis SlotAxis(string name) =>
        InSlots.FirstOrDefault(axis => axis.Name == name)
        ?? throw new ArgumentException($"Axis {name} does not run inside the slots of {this}.");

    /// <summary>Slot of the coordinates given by name; axes left out stand at 0.</summary>
    public int Slot(params (string Axis, int Coordinate)[] coordinates) =>
        coordinates.Sum(pair => SlotAxis(pair.Axis).Stride * pair.Coordinate);

    /// <summary>Coordinate of a slot along an axis.</summary>
    public int Coordinate(int slot, string axisName)
    {
        var axis = SlotAxis(axisName);
        return slot / axis.Stride % axis.Size;
    }

    public override string ToString()
    {
        var slots = InSlots.Count == 0
            ? "repeated"
            : string.Join(" x ", InSlots.OrderByDescending(axis => axis.Stride)
                .Select(axis => string.Create(CultureInfo.InvariantCulture, $"{axis.Name}:{axis.Size}/{axis.Stride}")));
        var across = Across.Count == 0 ? "1 vector" : string.Join(" x ", Across.Select(axis => $"{axis.Name}:{axis.Size}"));
        return $"slots({slots}) across({across})";
    }
}
