using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>A frozen matrix [output, input], of no values where features beyond it are asked for.</summary>
/// <param name="Values">row-major</param>
/// <param name="Rows">rows as stored</param>
/// <param name="Columns">columns as stored</param>
/// <param name="Transposed">whether it is read as [column, row]</param>
public sealed record FrozenWeights(float[] Values, int Rows, int Columns, bool Transposed = false)
{
    /// <summary>An element, 0 beyond the matrix.</summary>
    public double this[int output, int input]
    {
        get
        {
            var (row, column) = Transposed ? (input, output) : (output, input);
            return row < Rows && column < Columns ? Values[row * Columns + column] : 0;
        }
    }

    /// <summary>The matrix that an instruction names, read as it says.</summary>
    /// <exception cref="KeyNotFoundException">there is none of this name</exception>
    public static FrozenWeights Find(IReadOnlyDictionary<string, FrozenWeights> matrices, FrozenMatrix matrix) =>
        matrices[matrix.Name] with { Transposed = matrix.Transposed };
}
