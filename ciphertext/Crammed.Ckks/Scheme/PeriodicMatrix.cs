using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// A matrix of encoded vectors of real slots, all of which repeat with one period of n (<see cref="PeriodicPlaintext"/>): 2n residues a limb
/// for each entry, run by run in the order in which the matrix product reads them. Dispose it when done: its memory is pooled.
/// </summary>
public sealed unsafe class PeriodicMatrix : IDisposable
{
    private readonly RnsPolynomial _weights;
    private readonly bool[] _isUsed;

    internal PeriodicMatrix(CkksParameters parameters, int outputs, int inputs, int period, int level, double scale)
    {
        (Parameters, Outputs, Inputs, Runs, Level, Scale) = (parameters, outputs, inputs, 2 * period, level, scale);
        _isUsed = new bool[outputs];
        _weights = new RnsPolynomial(level + 1, Runs * RunLength);
    }

    public CkksParameters Parameters { get; }

    /// <summary>Rows.</summary>
    public int Outputs { get; }

    /// <summary>Columns.</summary>
    public int Inputs { get; }

    public int Level { get; }

    public double Scale { get; }

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes => _weights.Bytes;

    /// <summary>2n: residues of an entry and limb.</summary>
    internal int Runs { get; }

    /// <summary>Bound on the size of all entries' coefficients.</summary>
    internal double Largest { get; set; }

    /// <summary>Numbers from one block of rows to the next.</summary>
    internal int BlockLength => VectorKernels.WeightRows * Inputs;

    /// <summary>Blocks of rows, the last one filled up.</summary>
    internal int BlockCount => (Outputs + VectorKernels.WeightRows - 1) / VectorKernels.WeightRows;

    private int RunLength => BlockCount * BlockLength;

    /// <summary>Whether a row has any entry.</summary>
    public bool IsUsed(int output) => _isUsed[output];

    /// <summary>Returns the memory to the pool; a second call does nothing.</summary>
    public void Dispose() => _weights.Dispose();

    /// <summary>A matrix whose entries are entries of this one, of the same period, level and scale.</summary>
    /// <param name="outputs">its rows</param>
    /// <param name="inputs">its columns</param>
    /// <param name="entry">for row and column the column of this matrix's first row</param>
    /// <exception cref="ArgumentOutOfRangeException">a size is not positive, or this matrix has no such column</exception>
    public PeriodicMatrix Gather(int outputs, int inputs, Func<int, int, int> entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        var columns = new int[outputs * inputs];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = entry(i / inputs, i % inputs);
            if (columns[i] < 0 || columns[i] >= Inputs)
                throw new ArgumentOutOfRangeException(nameof(entry), columns[i], $"a column is below {Inputs}");
        }
        var gathered = new PeriodicMatrix(Parameters, outputs, inputs, Runs / 2, Level, Scale) { Largest = Largest };
        (int From, int To)[] places =
            [.. columns.Select((column, i) => (PlaceOf(0, column), gathered.PlaceOf(i / inputs, i % inputs)))];
        for (var output = 0; output < outputs; output++)
            gathered.Use(output);
        for (var limb = 0; limb <= Level; limb++)
        {
            gathered._weights.LimbSpan(limb).Clear();
            for (var run = 0; run < Runs; run++)
            {
                double* from = Weights(limb, run), to = gathered.Weights(limb, run);
                foreach (var place in places)
                    to[place.To] = from[place.From];
            }
        }
        return gathered;
    }

    /// <summary>Where an entry stands among the weights of a run.</summary>
    internal int PlaceOf(int output, int input) =>
        output / VectorKernels.WeightRows * BlockLength + input * VectorKernels.WeightRows + output % VectorKernels.WeightRows;

    internal void Use(int output) => _isUsed[output] = true;

    /// <summary>The weights of one run of a limb, as <see cref="VectorKernels.MultiplyMatrix"/> takes them.</summary>
    internal double* Weights(int limb, int run) => _weights.Limb(limb) + (long)run * RunLength;
}
