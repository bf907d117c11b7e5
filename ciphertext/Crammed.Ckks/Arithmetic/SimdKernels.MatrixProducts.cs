using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// The product of matrices of residues, blocked as Goto and van de Geijn 2008 block that of real matrices: pieces of the operands are
/// packed so that a tile of them stays in the nearest cache over all rows of weights, and the sums of a few rows stay in registers.
/// </summary>
/// <remarks>
/// Every sum is kept as <see cref="WideAccumulation"/> describes, for operands up to 0.8 p and weights up to p/2 + 2 in size
/// (<see cref="Modulus.WeightAccumulation"/>): two fused multiply-adds and two additions a product, exact. Cutting both factors into
/// halves takes four multiply-adds a product, and fewer products to a sum at 50 bits.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Residues of an operand that are multiplied at a time: two vectors of eight.</summary>
    private const int TileColumns = 16;

    /// <summary>Residues that are packed at a time, 128 KiB: few operands in long pieces, as memory likes to be read.</summary>
    private const int PackedLength = 1 << 14;

    /// <summary>Operands that are packed at a time: a tile of them, 8 KiB, leaves the nearest cache room for weights and sums.</summary>
    private const int MatrixTerms = 64;

    [SkipLocalsInit]
    public override void MultiplyMatrix(
        double** results, int outputs, double** operands, int count, double* weights, int offset, int length, bool adds, Modulus modulus)
    {
        var memory = stackalloc double[PackedLength + 8];
        // Tiles begin at cache lines.
        var packed = (double*)(((nint)memory + 63) & ~(nint)63);
        var panel = PackedLength / Math.Min(count, MatrixTerms) / TileColumns * TileColumns;
        for (var end = offset + length; offset < end; offset += panel)
        {
            var columns = Math.Min(panel, end - offset);
            for (var first = 0; first < count; first += MatrixTerms)
            {
                var terms = Math.Min(MatrixTerms, count - first);
                PackOperands(packed, operands + first, terms, offset, columns);
                MultiplyPacked(
                    results, outputs, packed, terms, weights + VectorKernels.WeightRows * first,
                    (long)VectorKernels.WeightRows * count, offset, columns, adds || first > 0, modulus);
            }
        }
    }

    /// <summary>Residue c of operand k goes to tile c / 16, row k, column c mod 16; what the last tile lacks is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackOperands(double* packed, double** operands, int terms, int offset, int columns)
    {
        for (var term = 0; term < terms; term++)
        {
            var source = operands[term] + offset;
            var destination = packed + term * TileColumns;
            var column = 0;
            for (; column + TileColumns <= columns; column += TileColumns)
            {
                for (var i = 0; i < TileColumns; i += TSimd.Width)
                    TSimd.Store(destination + i, TSimd.Load(source + column + i));
                destination += terms * TileColumns;
            }
            for (var i = 0; i < TileColumns && column < columns; i++)
                destination[i] = column + i < columns ? source[column + i] : 0;
        }
    }

    /// <summary>All rows of the results, tile by tile.</summary>
    /// <param name="results">a limb for each row, or null where none is wanted</param>
    /// <param name="outputs">rows</param>
    /// <param name="packed">operands</param>
    /// <param name="terms">how many operands</param>
    /// <param name="weights">of the first block of rows</param>
    /// <param name="stride">numbers from one block of rows to the next</param>
    /// <param name="offset">of the results</param>
    /// <param name="columns">residues of each operand</param>
    /// <param name="adds">whether to what is there</param>
    /// <param name="modulus">the modulus</param>
    private static void MultiplyPacked(
        double** results, int outputs, double* packed, int terms, double* weights, long stride, int offset, int columns, bool adds,
        Modulus modulus)
    {
        var rows = stackalloc double*[VectorKernels.WeightRows];
        var spare = stackalloc double[VectorKernels.WeightRows * TileColumns];
        for (var column = 0; column < columns; column += TileColumns, packed += terms * TileColumns)
        {
            var width = Math.Min(TileColumns, columns - column);
            var block = weights;
            for (var output = 0; output < outputs; output += VectorKernels.WeightRows, block += stride)
            {
                var used = Math.Min(VectorKernels.WeightRows, outputs - output);
                for (var row = 0; row < VectorKernels.WeightRows; row++)
                    rows[row] = row < used && results[output + row] != null ? results[output + row] + offset + column : null;
                if (width == TileColumns)
                    MultiplyTile(rows, used, packed, terms, block, adds, modulus);
                else
                    MultiplyNarrowTile(rows, used, packed, terms, block, adds, modulus, spare, width);
            }
        }
    }

    /// <summary>The last columns, fewer than a tile has: by way of memory that has them all.</summary>
    private static void MultiplyNarrowTile(
        double** rows, int used, double* packed, int terms, double* weights, bool adds, Modulus modulus, double* spare, int width)
    {
        var spares = stackalloc double*[VectorKernels.WeightRows];
        for (var row = 0; row < VectorKernels.WeightRows; row++)
        {
            spares[row] = rows[row] == null ? null : spare + row * TileColumns;
            for (var i = 0; i < TileColumns && adds && rows[row] != null; i++)
                spares[row][i] = i < width ? rows[row][i] : 0;
        }
        MultiplyTile(spares, used, packed, terms, weights, adds, modulus);
        for (var row = 0; row < used; row++)
        {
            for (var i = 0; i < width && rows[row] != null; i++)
                rows[row][i] = spares[row][i];
        }
    }

    private static void MultiplyTile(
        double** rows, int used, double* packed, int terms, double* weights, bool adds, Modulus modulus)
    {
        for (var column = 0; column < TileColumns; column += 2 * TSimd.Width)
        {
            // Sixteen sums need more registers than there are of four lanes.
            if (TSimd.Width == 8 && used > 2)
            {
                MultiplyFourRows(rows, column, packed + column, terms, weights, adds, modulus);
                continue;
            }
            for (var row = 0; row < used; row += 2)
                MultiplyTwoRows(rows + row, column, packed + column, terms, weights + row, adds, modulus);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFourRows(
        double** rows, int column, double* x, int terms, double* weights, bool adds, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var start = TSimd.Broadcast(modulus.WeightAccumulation.Start);
        var most = modulus.WeightAccumulation.Terms;
        LoadPair(rows[0], column, adds, out var a0, out var a1);
        LoadPair(rows[1], column, adds, out var b0, out var b1);
        LoadPair(rows[2], column, adds, out var c0, out var c1);
        LoadPair(rows[3], column, adds, out var d0, out var d1);
        for (; terms > 0; terms -= most)
        {
            TVector a0High = start, a1High = start, b0High = start, b1High = start;
            TVector c0High = start, c1High = start, d0High = start, d1High = start;
            for (var end = x + TileColumns * Math.Min(terms, most); x != end; x += TileColumns)
            {
                TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + TSimd.Width);
                var weight = TSimd.Broadcast(weights[0]);
                AccumulateProduct(weight, x0, ref a0High, ref a0);
                AccumulateProduct(weight, x1, ref a1High, ref a1);
                weight = TSimd.Broadcast(weights[1]);
                AccumulateProduct(weight, x0, ref b0High, ref b0);
                AccumulateProduct(weight, x1, ref b1High, ref b1);
                weight = TSimd.Broadcast(weights[2]);
                AccumulateProduct(weight, x0, ref c0High, ref c0);
                AccumulateProduct(weight, x1, ref c1High, ref c1);
                weight = TSimd.Broadcast(weights[3]);
                AccumulateProduct(weight, x0, ref d0High, ref d0);
                AccumulateProduct(weight, x1, ref d1High, ref d1);
                weights += VectorKernels.WeightRows;
            }
            a0 = FoldSum(a0High, a0, start, p, inverse);
            a1 = FoldSum(a1High, a1, start, p, inverse);
            b0 = FoldSum(b0High, b0, start, p, inverse);
            b1 = FoldSum(b1High, b1, start, p, inverse);
            c0 = FoldSum(c0High, c0, start, p, inverse);
            c1 = FoldSum(c1High, c1, start, p, inverse);
            d0 = FoldSum(d0High, d0, start, p, inverse);
            d1 = FoldSum(d1High, d1, start, p, inverse);
        }
        StorePair(rows[0], column, a0, a1);
        StorePair(rows[1], column, b0, b1);
        StorePair(rows[2], column, c0, c1);
        StorePair(rows[3], column, d0, d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTwoRows(
        double** rows, int column, double* x, int terms, double* weights, bool adds, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var start = TSimd.Broadcast(modulus.WeightAccumulation.Start);
        var most = modulus.WeightAccumulation.Terms;
        LoadPair(rows[0], column, adds, out var a0, out var a1);
        LoadPair(rows[1], column, adds, out var b0, out var b1);
        for (; terms > 0; terms -= most)
        {
            TVector a0High = start, a1High = start, b0High = start, b1High = start;
            for (var end = x + TileColumns * Math.Min(terms, most); x != end; x += TileColumns)
            {
                TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + TSimd.Width);
                var weight = TSimd.Broadcast(weights[0]);
                AccumulateProduct(weight, x0, ref a0High, ref a0);
                AccumulateProduct(weight, x1, ref a1High, ref a1);
                weight = TSimd.Broadcast(weights[1]);
                AccumulateProduct(weight, x0, ref b0High, ref b0);
                AccumulateProduct(weight, x1, ref b1High, ref b1);
                weights += VectorKernels.WeightRows;
            }
            a0 = FoldSum(a0High, a0, start, p, inverse);
            a1 = FoldSum(a1High, a1, start, p, inverse);
            b0 = FoldSum(b0High, b0, start, p, inverse);
            b1 = FoldSum(b1High, b1, start, p, inverse);
        }
        StorePair(rows[0], column, a0, a1);
        StorePair(rows[1], column, b0, b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair(double* row, int column, bool adds, out TVector first, out TVector second)
    {
        first = second = TSimd.Broadcast(0);
        if (!adds || row == null)
            return;
        first = TSimd.Load(row + column);
        second = TSimd.Load(row + column + TSimd.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(double* row, int column, TVector first, TVector second)
    {
        if (row == null)
            return;
        TSimd.Store(row + column, first);
        TSimd.Store(row + column + TSimd.Width, second);
    }
}
