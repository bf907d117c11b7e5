using System.Globalization;

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// A digit of an axis' index and where it stands: inside the slots, at a stride, or across vectors, as an axis of the group.
/// </summary>
/// <param name="Size">values of the digit</param>
/// <param name="Stride">slots from one value to the next, or null if the digit runs across vectors</param>
/// <param name="Across">name of the group's axis, or null if the digit stands in the slots</param>
public sealed record LayoutDigit(int Size, int? Stride, string? Across)
{
    /// <summary>
    /// Name of an axis from whose index the digit is counted, cyclically: it stands at (digit - index) mod Size, on a generalized diagonal
    /// of the two axes. Null for a digit that stands at itself.
    /// </summary>
    public string? From { get; init; }

    public static LayoutDigit InSlots(int size, int stride) => new(size, stride, null);

    public static LayoutDigit AcrossVectors(int size, string name) => new(size, null, name);

    public override string ToString()
    {
        var text = Stride is { } stride
            ? string.Create(CultureInfo.InvariantCulture, $"{Size}@{stride}")
            : string.Create(CultureInfo.InvariantCulture, $"{Size}|{Across}");
        return From is null ? text : $"{text}-{From}";
    }
}

/// <summary>An axis of a tensor: its index is written in digits, the most significant first.</summary>
/// <param name="Name">token, example, feature, head, rank...</param>
/// <param name="Size">its length; no larger than the product of the digits' sizes</param>
/// <param name="Digits">where the digits stand</param>
public sealed record LayoutAxis(string Name, int Size, ValueList<LayoutDigit> Digits);

/// <summary>Slots that hold the same values once more: Size copies, Stride slots apart.</summary>
public sealed record LayoutRepetition(int Stride, int Size);

/// <summary>
/// Where the values of a tensor lie: each axis in the slots, across vectors, or both; what repeats; all other slots hold zeros. Two layouts
/// are equal if all of it is, and tensors of different layouts do not meet.
/// </summary>
/// <remarks>
/// The gradient of a value that repeats is the sum of what its copies contribute. As long as these are not added up the gradient is
/// <see cref="Unsummed"/>: what reads it folds it.
/// </remarks>
/// <param name="Grid">the slots</param>
/// <param name="Axes">in the order of the tensor's shape</param>
/// <param name="Repetitions">what repeats</param>
public sealed record Layout(SlotGrid Grid, ValueList<LayoutAxis> Axes, ValueList<LayoutRepetition> Repetitions)
{
    /// <summary>Whether a value is the sum over its copies, which differ, rather than each of them.</summary>
    public bool Unsummed { get; init; }

    /// <summary>The lengths of the axes.</summary>
    public IReadOnlyList<int> Shape => [.. Axes.Select(axis => axis.Size)];

    /// <summary>The axes of the group of vectors, in their order: digits that run across vectors.</summary>
    public IReadOnlyList<(string Name, int Size)> Across =>
        [.. Axes.SelectMany(axis => axis.Digits).Where(digit => digit.Across is not null).Select(digit => (digit.Across!, digit.Size))];

    /// <summary>Vectors of the group.</summary>
    public int VectorCount => Across.Aggregate(1, (product, axis) => product * axis.Size);

    /// <summary>Values as vectors of slots.</summary>
    /// <param name="values">one for each index of the shape, row-major</param>
    /// <exception cref="ArgumentException">their number is another one</exception>
    /// <exception cref="InvalidOperationException">the layout is that of parts of sums</exception>
    public double[][] Pack(IReadOnlyList<double> values)
    {
        if (Unsummed)
            throw new InvalidOperationException($"no values are packed as parts of sums: {this}");
        var shape = Shape;
        var count = shape.Aggregate(1, (product, size) => product * size);
        if (values.Count != count)
            throw new ArgumentException($"{values.Count} values for a tensor of {string.Join(" x ", shape)}", nameof(values));
        var vectors = new double[VectorCount][];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = new double[Grid.SlotCount];
        for (var i = 0; i < count; i++)
        {
            var (vector, slot) = PlaceOf(i);
            foreach (var copy in Copies(slot))
                vectors[vector][copy] = values[i];
        }
        return vectors;
    }

    /// <summary>The values that vectors of slots hold, row-major by the shape: of each repeated one the first copy, or the sum of all.</summary>
    public double[] Unpack(IReadOnlyList<double[]> vectors)
    {
        var values = new double[Shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            var (vector, slot) = PlaceOf(i);
            values[i] = Unsummed ? Copies(slot).Sum(copy => vectors[vector][copy]) : vectors[vector][slot];
        }
        return values;
    }

    /// <summary>Vector and first slot of the value at a row-major index of the shape.</summary>
    public (int Vector, int Slot) PlaceOf(int index)
    {
        int vector = 0, vectorStride = 1, slot = 0;
        var coordinates = Coordinates(index);
        for (var a = Axes.Count - 1; a >= 0; a--)
        {
            var axis = Axes[a];
            var coordinate = coordinates[axis.Name];
            for (var d = axis.Digits.Count - 1; d >= 0; d--)
            {
                var digit = axis.Digits[d];
                var place = coordinate % digit.Size;
                coordinate /= digit.Size;
                if (digit.From is { } from)
                    place = (place + digit.Size - coordinates[from] % digit.Size) % digit.Size;
                if (digit.Stride is { } stride)
                {
                    slot += place * stride;
                    continue;
                }
                vector += place * vectorStride;
                vectorStride *= digit.Size;
            }
        }
        return (vector, slot);
    }

    public override string ToString()
    {
        var axes = Axes.Select(axis => axis.Digits.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{axis.Name}:{axis.Size}")
            : string.Create(CultureInfo.InvariantCulture, $"{axis.Name}:{axis.Size}={string.Join('+', axis.Digits)}"));
        var copies = Repetitions.Select(repetition => string.Create(CultureInfo.InvariantCulture, $"x{repetition.Size}@{repetition.Stride}"));
        return string.Join(' ', axes.Concat(copies)) + (Unsummed ? " unsummed" : "");
    }

    /// <summary>The index on each axis of a row-major index of the shape.</summary>
    private Dictionary<string, int> Coordinates(int index)
    {
        var coordinates = new Dictionary<string, int>(Axes.Count);
        for (var a = Axes.Count - 1; a >= 0; a--)
        {
            coordinates.Add(Axes[a].Name, index % Axes[a].Size);
            index /= Axes[a].Size;
        }
        return coordinates;
    }

    private IEnumerable<int> Copies(int slot)
    {
        IEnumerable<int> slots = [slot];
        foreach (var repetition in Repetitions)
            slots = [.. slots.SelectMany(start => Enumerable.Range(0, repetition.Size).Select(i => start + i * repetition.Stride))];
        return slots;
    }
}
