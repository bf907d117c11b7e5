using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>A frozen matrix by its name; element [output, input].</summary>
/// <param name="Name">name in the container of frozen weights</param>
/// <param name="Transposed">whether the named matrix is [input, output]</param>
public sealed record FrozenMatrix(string Name, bool Transposed = false)
{
    public override string ToString() => Transposed ? $"{Name}^T" : Name;
}

/// <summary>
/// Frozen linear maps between tensors in blocks: result[o] = sum over operands i of matrix[o, i] operand[i], for every token and example.
/// All cyclic shifts of blocks stand on one side, inputs or outputs, whichever has fewer vectors; a shift is two rotations under two masks,
/// which share the weights' rescale. One level.
/// </summary>
/// <param name="Outputs">the results</param>
/// <param name="OutputBlocks">their features</param>
/// <param name="Inputs">the operands</param>
/// <param name="InputBlocks">their features</param>
/// <param name="Matrices">for each output, then for each input: which matrix</param>
public sealed record LinearMap(
    ValueList<Value> Outputs, ValueList<FeatureBlocks> OutputBlocks, ValueList<Value> Inputs, ValueList<FeatureBlocks> InputBlocks,
    ValueList<FrozenMatrix> Matrices) : Instruction
{
    public override IReadOnlyList<Value> Results => Outputs;

    public override IReadOnlyList<Value> Operands => Inputs;

    public override int Depth => 1;

    /// <summary>Whether inputs are shifted rather than outputs.</summary>
    public bool ShiftsInputs => InputBlocks.Sum(blocks => blocks.Columns) <= OutputBlocks.Sum(blocks => blocks.Columns);
}

/// <summary>
/// Products of one token's features with a frozen matrix, the features repeated over tokens, the outputs to stand along the token axis:
/// result[shift] holds at row = Rows * c, block b the sum over the columns i of matrix[((b - shift) mod B) C + c, b Ci + i] times
/// operand[i]: what belongs to block b - shift and has still to be moved there. One level.
/// </summary>
/// <remarks>
/// The weights are whole plaintexts, another number in every slot, so the columns need not be repeated over all tokens: in a vector a cycle
/// of columns may lie in turn (<see cref="Cycle"/>), which spares the masks that would part them.
/// </remarks>
/// <param name="Result">one axis, of as many vectors as the grid has blocks: the shift</param>
/// <param name="Operand">one vector a column, the last cycle filled up with vectors of whatever has no column; see <see
/// cref="ColumnOf"/></param>
/// <param name="InputBlocks">its features</param>
/// <param name="OutputBlocks">features of the outputs: the column c is a row of tokens</param>
/// <param name="RowStep">tokens from one column to the next</param>
/// <param name="Matrix">the weights</param>
public sealed record SpreadProducts(
    Value Result, Value Operand, FeatureBlocks InputBlocks, FeatureBlocks OutputBlocks, int RowStep, FrozenMatrix Matrix) : SingleInstruction(Result)
{
    /// <summary>In which turn columns lie in the operand's vectors.</summary>
    public ColumnCycle Cycle { get; init; } = ColumnCycle.Repeated;

    public override IReadOnlyList<Value> Operands => [Operand];

    public override int Depth => 1;

    /// <summary>The column that a vector of the operand holds at a token; none where it is not below the input's columns.</summary>
    public int ColumnOf(int vector, int token) => Cycle.ColumnOf(vector, token);
}

/// <summary>
/// How the columns of a tensor of one token lie in vectors: vector i holds at token t the column i - i % Length + (i + t / RowStep) %
/// Length.
/// </summary>
/// <param name="Length">columns that lie in turn; 1 if each vector holds one column at all tokens</param>
/// <param name="RowStep">tokens at which the same column stands, before the next one follows</param>
public sealed record ColumnCycle(int Length, int RowStep)
{
    /// <summary>Vector i holds column i, whatever the token.</summary>
    public static ColumnCycle Repeated { get; } = new(1, 1);

    /// <summary>Vectors for so many columns: whole cycles.</summary>
    public int VectorsFor(int columns) => (columns + Length - 1) / Length * Length;

    /// <summary>The column that a vector holds at a token.</summary>
    public int ColumnOf(int vector, int token) => vector - vector % Length + (vector + token / RowStep) % Length;
}
