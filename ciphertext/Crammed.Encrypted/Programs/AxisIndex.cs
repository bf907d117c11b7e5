using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>An axis of a group of vectors, and the loop over it.</summary>
/// <param name="Name">letters, digits and underscores, the first a letter; equal names in an instruction are one loop</param>
/// <param name="Size">how many</param>
public sealed record Axis(string Name, int Size)
{
    public static AxisIndex operator *(Axis axis, int factor) => new(0, [new AxisStep(axis, factor)]);

    public static AxisIndex operator +(Axis axis, AxisIndex index) => (AxisIndex)axis + index;

    public static AxisIndex operator -(Axis axis, int offset) => (AxisIndex)axis + -offset;

    public static AxisIndex operator -(Axis axis) => axis * -1;

    public override string ToString() => $"{Name}:{Size}";
}

/// <summary>A factor times the loop variable of an axis.</summary>
public sealed record AxisStep(Axis Axis, int Factor);

/// <summary>An integer that is affine in the loop variables of an instruction: an index, a number of steps, a position.</summary>
public sealed record AxisIndex(int Offset, ValueList<AxisStep> Steps)
{
    /// <summary>The smallest value over all loops.</summary>
    public int Least => Offset + Steps.Sum(step => Math.Min(0, step.Factor * (step.Axis.Size - 1)));

    /// <summary>The largest value over all loops.</summary>
    public int Largest => Offset + Steps.Sum(step => Math.Max(0, step.Factor * (step.Axis.Size - 1)));

    public static implicit operator AxisIndex(int offset) => new(offset, []);

    public static implicit operator AxisIndex(Axis axis) => axis * 1;

    public static AxisIndex operator +(AxisIndex left, AxisIndex right) => new(left.Offset + right.Offset, [.. left.Steps, .. right.Steps]);

    public static AxisIndex operator -(AxisIndex left, AxisIndex right) => left + right * -1;

    public static AxisIndex operator *(AxisIndex index, int factor) =>
        new(index.Offset * factor, [.. index.Steps.Select(step => step with { Factor = step.Factor * factor })]);

    /// <summary>The value at a point of the loops.</summary>
    public int At(LoopPoint point)
    {
        var value = Offset;
        foreach (var step in Steps)
            value += step.Factor * point[step.Axis];
        return value;
    }

    public override string ToString()
    {
        var text = string.Join(" + ", Steps.Select(step => step.Factor == 1 ? step.Axis.Name : $"{step.Factor}*{step.Axis.Name}"));
        return Steps.Count == 0 ? $"{Offset}" : Offset == 0 ? text : $"{text} + {Offset}";
    }
}

/// <summary>Values of loop variables, by the axes' names: a list, for there are a few.</summary>
public sealed class LoopPoint
{
    private readonly List<(string Name, int Value)> _values = [];

    public int this[Axis axis]
    {
        get => PlaceOf(axis) is var place and >= 0 ? _values[place].Value : throw new KeyNotFoundException($"no loop over {axis}");
        set
        {
            if (PlaceOf(axis) is var place and >= 0)
                _values[place] = (axis.Name, value);
            else
                _values.Add((axis.Name, value));
        }
    }

    /// <summary>Runs through all values of the axes, the last one fastest; the point is changed in place.</summary>
    public IEnumerable<int> Over(IReadOnlyList<Axis> axes)
    {
        var count = axes.Aggregate(1, (product, axis) => product * axis.Size);
        for (var i = 0; i < count; i++)
        {
            var rest = i;
            for (var a = axes.Count - 1; a >= 0; a--)
            {
                this[axes[a]] = rest % axes[a].Size;
                rest /= axes[a].Size;
            }
            yield return i;
        }
    }

    private int PlaceOf(Axis axis)
    {
        for (var place = 0; place < _values.Count; place++)
        {
            if (_values[place].Name == axis.Name)
                return place;
        }
        return -1;
    }
}
