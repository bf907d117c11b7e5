using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>Tensors from the rows of a packed vector, repeated over examples. One level.</summary>
internal sealed class UnpackExampleRows : Operation
{
    private readonly ExampleRow[] _rows;

    /// <exception cref="ArgumentException">the packed tensor has another layout or too few rows</exception>
    public UnpackExampleRows(string name, Tensor packed, params ExampleRow[] rows) : base(name, packed)
    {
        _rows = rows;
        RequireLayout(packed, packed.Layout.Grid.ExampleRows(packed.Layout.Shape[0]));
        var count = packed.Layout.Shape[0];
        if (rows.FirstOrDefault(row => row.End > count) is { } unfit)
            throw new ArgumentException($"{name}: {unfit} does not lie in the rows of {packed.Name}");
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [.. _rows.Select(row => (row.Name, row.Layout))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (packed, grid) = (operands[0], program.Grid);
        return
        [
            .. _rows.Select(row =>
            {
                using var scope = program.Scope(row.Name);
                var picked = program.Masked("picked", AxesOf(row), ProgramBuilder.Mask(packed[[]], MaskOf(grid, row)));
                // From the last row a fold reaches all examples of its token, and no other token's.
                var last = program.Rotate("last", AxesOf(row), picked, (RowOf(row) - (grid.Examples - 1)) * grid.ExampleStride);
                return program.Fold("repeated", last, grid.ExampleStride, grid.Examples);
            }),
        ];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var given = _rows.Zip(gradients).Where(pair => pair.Second is not null).ToArray();
        return
        [
            graph.AddSingle(new PackExampleRows(
                "packed", Operands[0].Layout, [.. given.Select(pair => pair.First)], [.. given.Select(pair => pair.Second!)])),
        ];
    }

    /// <summary>Loops over the vectors of the unpacked tensor.</summary>
    internal static Axis[] AxesOf(ExampleRow row) => [.. row.Layout.Across.Select(axis => new Axis(axis.Name, axis.Size))];

    /// <summary>1 in the row of a vector of the unpacked tensor.</summary>
    internal static SlotMask MaskOf(SlotGrid grid, ExampleRow row) =>
        SlotMask.Where(SlotCondition.Is(grid.ExampleStride, grid.Examples, RowOf(row)));

    /// <summary>The row of a vector of the unpacked tensor.</summary>
    internal static AxisIndex RowOf(ExampleRow row) =>
        row.First + AxesOf(row).Aggregate((AxisIndex)0, (index, axis) => index * axis.Size + axis);
}

/// <summary>Sums of tensors over examples, in the rows of a packed vector; rows of no tensor are zero. One level.</summary>
internal sealed class PackExampleRows : Operation
{
    private readonly Layout _packed;
    private readonly ExampleRow[] _rows;

    /// <exception cref="ArgumentException">a tensor has another layout than its rows say</exception>
    public PackExampleRows(string name, Layout packed, IReadOnlyList<ExampleRow> rows, IReadOnlyList<Tensor> tensors)
        : base(name, [.. tensors])
    {
        _packed = packed;
        _rows = [.. rows];
        foreach (var (row, tensor) in rows.Zip(tensors))
            RequireLayout(tensor, row.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _packed)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var grid = program.Grid;
        return [program.Masked("packed", [], [.. _rows.Zip(operands, Term)])];

        MaskTerm Term(ExampleRow row, Value tensor)
        {
            using var scope = program.Scope(row.Name);
            var folded = program.Fold("folded", tensor, grid.ExampleStride, grid.Examples);
            var moved = program.Rotate("moved", UnpackExampleRows.AxesOf(row), folded, UnpackExampleRows.RowOf(row) * -grid.ExampleStride);
            return ProgramBuilder.Mask(moved, UnpackExampleRows.MaskOf(grid, row), UnpackExampleRows.AxesOf(row));
        }
    }
}

public static partial class TensorFunctions
{
    /// <summary>Tensors from the rows of a packed vector, repeated over examples. One level, and one for the gradient.</summary>
    /// <param name="packed">[row, token, block], as <see cref="OneTokenLayouts.ExampleRows"/></param>
    /// <param name="rows">the tensors</param>
    /// <exception cref="ArgumentException">the packed tensor has another layout or too few rows</exception>
    public static IReadOnlyList<Tensor> UnpackExampleRows(this Tensor packed, params ExampleRow[] rows) =>
        packed.Graph.Add(new UnpackExampleRows("rows", packed, rows));
}
