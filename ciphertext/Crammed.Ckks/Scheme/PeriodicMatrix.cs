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

    internal void Use(int output) => _isUsed[output] = true;

    /// <summary>The weights of one run of a limb, as <see cref="VectorKernels.MultiplyMatrix"/> takes them.</summary>
    internal double* Weights(int limb, int run) => _weights.Limb(limb) + (long)run * RunLength;
}
