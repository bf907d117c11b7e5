using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Loops over the vectors of attention: offsets of tokens, heads that share a block, columns of a head. Heads that share no block need no
/// loop of their own: then columns are features.
/// </summary>
internal sealed class HeadLoops
{
    private readonly Axis _feature;
    private readonly Axis[] _groups;

    public HeadLoops(SlotGrid grid, HeadBlocks heads)
    {
        var offsets = TokenOffsets.Of(grid);
        Giant = new Axis(AttentionLayouts.Giant, offsets.Giants);
        Baby = new Axis(AttentionLayouts.Baby, offsets.Babies);
        GiantSteps = Giant * (offsets.Babies * grid.TokenStride);
        BabySteps = Baby * grid.TokenStride;
        _feature = new Axis(TensorLayouts.Feature, heads.Features.Columns);
        _groups = heads.HeadsPerBlock == 1 ? [] : [new Axis(AttentionLayouts.Group, heads.HeadsPerBlock)];
        Column = _groups.Length == 0 ? _feature : new Axis("column", heads.Columns);
        Feature = _groups.Length == 0 ? Column : _groups[0] * heads.Columns + Column;
    }

    public Axis Giant { get; }

    public Axis Baby { get; }

    /// <summary>Heads that share a block; none if there is one.</summary>
    public IReadOnlyList<Axis> Groups => _groups;

    /// <summary>Columns of one head.</summary>
    public Axis Column { get; }

    /// <summary>The vector of a group of features at the loops' head and column.</summary>
    public AxisIndex Feature { get; }

    /// <summary>Slots of a giant offset.</summary>
    public AxisIndex GiantSteps { get; }

    /// <summary>Slots of a baby offset.</summary>
    public AxisIndex BabySteps { get; }

    /// <summary>The axes of maps.</summary>
    public IReadOnlyList<Axis> Maps => [.. _groups, Giant, Baby];

    /// <summary>Sums of maps by giant, or by baby, offsets.</summary>
    public IReadOnlyList<Axis> MapsBy(Axis offset) => [.. _groups, offset];

    /// <summary>Features by giant, or by baby, offsets.</summary>
    public IReadOnlyList<Axis> FeaturesBy(Axis offset) => [offset, .. _groups, Column];

    /// <summary>What stands with queries, as maps hold it: at token t that of token t - giant.</summary>
    public Value AtQueries(ProgramBuilder program, string name, Value value) =>
        program.Rotate(name, [Giant, _feature], value[_feature], GiantSteps * -1);

    /// <summary>What stands with keys, as maps hold it: at token t that of token t + baby.</summary>
    public Value AtKeys(ProgramBuilder program, string name, Value value) =>
        program.Rotate(name, [Baby, _feature], value[_feature], BabySteps);

    /// <summary>Features by giant offsets, rotated back to their queries and summed.</summary>
    public Value SumToQueries(ProgramBuilder program, string name, Value parts) => Joined(
        program, name, program.RotateAndSum($"{name}_by_head", [.. _groups, Column], parts, GiantSteps, Giant));

    /// <summary>Features by baby offsets, rotated back to their keys and summed.</summary>
    public Value SumToKeys(ProgramBuilder program, string name, Value parts) => Joined(
        program, name, program.RotateAndSum($"{name}_by_head", [.. _groups, Column], parts, BabySteps * -1, Baby));

    /// <summary>Features head by head, as one group of features.</summary>
    public Value Joined(ProgramBuilder program, string name, Value value) =>
        _groups.Length == 0 ? value : program.Join(name, TensorLayouts.Feature, value);
}
