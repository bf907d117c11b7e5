using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>A named group of slot vectors, made by one instruction or given to the program.</summary>
/// <param name="name">unique in its program; parts are separated by dots</param>
/// <param name="axes">of the group; none for a single vector</param>
public sealed class Value(string name, ValueList<Axis> axes)
{
    public string Name => name;

    public ValueList<Axis> Axes => axes;

    /// <summary>Vectors of the group.</summary>
    public int Count => Axes.Aggregate(1, (product, axis) => product * axis.Size);

    /// <summary>One vector for each point of the loops.</summary>
    public Operand this[params AxisIndex[] indices] => new(this, [.. indices]);

    /// <summary>The vector of the same indices as the result's, axis by axis.</summary>
    public static implicit operator Operand(Value value) => new(value, [.. value.Axes.Select(axis => (AxisIndex)axis)]);

    public override string ToString() => Axes.Count == 0 ? Name : $"{Name}[{string.Join(", ", Axes)}]";
}

/// <summary>A vector of a group, chosen by the loops of an instruction.</summary>
/// <param name="Value">the group</param>
/// <param name="Indices">one for each axis of the group</param>
public sealed record Operand(Value Value, ValueList<AxisIndex> Indices)
{
    /// <summary>Place in the group, row-major, at a point of the loops.</summary>
    public int At(LoopPoint point)
    {
        var place = 0;
        for (var i = 0; i < Indices.Count; i++)
            place = place * Value.Axes[i].Size + Indices[i].At(point);
        return place;
    }

    public override string ToString() => Indices.Count == 0 ? Value.Name : $"{Value.Name}[{string.Join(", ", Indices)}]";
}
